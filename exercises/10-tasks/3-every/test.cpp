#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "every.hpp"
#include "exercises/expect.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using exercise::expect;
using exercise::expect_equal;

namespace {

// The times of the calls, in milliseconds since the start.
using Times = std::vector<long>;

struct Came {
  Times calls;
  std::string end;
};

// A function that notes when it is called, then sleeps as long as `sleeps` says
// for this call (0 if that says nothing), and throws in call number `fails`.
struct Called {
  std::vector<Duration> sleeps;
  std::size_t fails = 0;
  Times calls{};
  asyncio::TimePoint start{};
};

// A task that cannot be stopped would run on for ever.
void stop_the_test() {
  std::printf("  f was called 2000 times, although its task was cancelled\n"
              "  look: does a catch keep the CancelledError from leaving?\n");
  std::fflush(stdout);
  std::_Exit(1);
}

Coro<> call(Called& called) {
  const auto now = asyncio::get_running_loop().time() - called.start;
  called.calls.push_back(static_cast<long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  const std::size_t number = called.calls.size();
  if (number == called.fails) throw std::runtime_error("f has had enough");
  if (number >= 2000) stop_the_test();
  if (number <= called.sleeps.size()) {
    co_await asyncio::sleep(called.sleeps[number - 1]);
  }
}

std::string end_of(const asyncio::Task<>& task) {
  if (!task.done()) return "it runs on";
  if (task.cancelled()) return "cancelled";
  try {
    task.result();
    return "it returned";
  } catch (const std::exception& error) {
    return error.what();
  }
}

Coro<Came> watch(Duration length, Called& called) {
  called.start = asyncio::get_running_loop().time();
  std::function<Coro<>()> f = [&called] { return call(called); };
  auto task = asyncio::create_task(exercise::every(1s, f));
  co_await asyncio::sleep(length);
  task.cancel();
  co_await asyncio::sleep(1ms);
  Came came;
  came.calls = called.calls;
  came.end = end_of(task);
  co_await asyncio::sleep(10s);  // nothing is called any more
  came.calls = called.calls;
  task.cancel();
  co_return came;
}

// every(1s, f) for `length`, then a cancel. Time does not pass here; it jumps.
Came run(Duration length, Called called) {
  return asyncio::Runner(test::manual_clock()).run(watch(length, called));
}

}  // namespace

TEST("a function that takes no time is called each second") {
  const Came came = run(5500ms, {});
  expect_equal("when f was called, in milliseconds", came.calls,
               Times{1000, 2000, 3000, 4000, 5000},
               "sleep, call, and round again; f gives a coroutine, which runs "
               "when it is awaited");
}

TEST("a function that takes time does not make the calls drift") {
  const Came came = run(5500ms, {{300ms, 10ms, 700ms, 300ms, 10ms}});
  expect_equal("when f was called, in milliseconds", came.calls,
               Times{1000, 2000, 3000, 4000, 5000},
               "the time that f takes belongs to the period; until when is "
               "the next sleep?");
}

TEST("a call that takes too long costs the calls that it has missed") {
  const Came came = run(8500ms, {{2300ms, 0ms, 1500ms}});
  expect_equal("when f was called, in milliseconds", came.calls,
               Times{1000, 4000, 5000, 7000, 8000},
               "the first call ends at 3300: the calls at 2000 and 3000 are "
               "left out, and the next is at 4000");
}

TEST("a cancelled task ends, and calls nobody any more") {
  const Came waiting = run(2500ms, {});
  expect_equal("how it ended, cancelled while it sleeps", waiting.end,
               "cancelled", "CancelledError comes out of the sleep; let it");
  expect_equal("when f was called, in milliseconds", waiting.calls,
               Times{1000, 2000}, "the calls end with the task");
  const Came calling = run(2500ms, {{0ms, 800ms}});
  expect_equal("how it ended, cancelled in a call", calling.end, "cancelled",
               "CancelledError comes out of f; let it");
  expect_equal("when f was called, in milliseconds", calling.calls,
               Times{1000, 2000}, "the calls end with the task");
}

TEST("an error of f ends the task") {
  const Came came = run(5500ms, {{}, 3});
  expect_equal("how it ended", came.end, "f has had enough",
               "an error of f is not every's to handle; let it pass");
  expect_equal("when f was called, in milliseconds", came.calls,
               Times{1000, 2000, 3000}, "the calls end with the task");
}
