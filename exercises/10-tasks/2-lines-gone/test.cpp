#include <chrono>
#include <string>

#include "10-tasks/manual_run.hpp"
#include "count_vowels.hpp"
#include "exercises/expect.hpp"

using asyncio::Coro;
using exercise::expect_equal;

namespace {

struct Came {
  int vowels;
  long seconds;
};

// Time does not pass here; it jumps.
Came run(const std::string& text) {
  auto body = [](std::string copy) -> Coro<Came> {
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    const asyncio::TimePoint start = loop.time();
    const int vowels = co_await exercise::count_vowels(copy);
    const auto took = loop.time() - start;
    const long seconds = static_cast<long>(
        std::chrono::duration_cast<std::chrono::seconds>(took).count());
    const Came came{vowels, seconds};
    co_return came;
  };
  return asyncio::Runner(test::manual_clock()).run(body(text));
}

const std::string kLine = "a line that is too long for the string itself";
const char* const kWhere =
    "does each line live until its task has ended? And is it counted?";

}  // namespace

TEST("a text of one line") {
  const Came came = run(kLine);
  expect_equal("the vowels of one line", came.vowels, 13, kWhere);
  expect_equal("the seconds that it takes", came.seconds, 1,
               "count_line takes one second");
}

TEST("a text of three lines, one of which is empty") {
  const Came came = run(kLine + "\n\n" + kLine);
  expect_equal("the vowels of the two others", came.vowels, 26, kWhere);
}

TEST("a hundred lines at once") {
  std::string text = kLine;
  for (int i = 1; i < 100; ++i) text += "\n" + kLine;
  const Came came = run(text);
  expect_equal("the vowels of a hundred lines", came.vowels, 1300, kWhere);
  expect_equal("the seconds that they take together", came.seconds, 1,
               "start all tasks before the first is awaited");
}
