#include <signal.h>

#include <chrono>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "12-cancellation/wait_for.hpp"
#include "exercises/expect.hpp"
#include "pipeline.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using exercise::expect;
using exercise::expect_equal;
using exercise::pipeline;
using exercise::Result;
using exercise::Words;

namespace {

constexpr asyncio::Duration kPatience = 5s;  // each of these takes a moment

// Runs a pipeline on the real clock. One that does not end ends the whole
// test program's patience: the next ones are not even tried.
Result run(const std::string& name, Words first, Words second,
           const char* look) {
  static bool gave_up = false;
  expect(!gave_up, "the pipeline before this one comes to its end",
         "see above; this one was not run");
  Result result;
  auto body = [&]() -> Coro<> {
    try {
      result = co_await asyncio::wait_for(
          pipeline(std::move(first), std::move(second)), kPatience);
    } catch (const asyncio::TimeoutError&) {
      gave_up = true;
    }
  };
  asyncio::Runner().run(body());
  expect(!gave_up, "`" + name + "` comes to its end", look);
  return result;
}

Words sh(std::string script) { return {"/bin/sh", "-c", std::move(script)}; }

constexpr char kNoEnd[] =
    "the second command reads until nobody can write into its input any more: "
    "who still can?";
constexpr char kNoSignal[] =
    "whoever writes into a pipe that nobody can read gets a SIGPIPE: who "
    "could still read?";

}  // namespace

TEST("what the first writes, the second reads, and its end") {
  const Result result = run("printf 'b\\na\\n' | sort", {"printf", "b\\na\\n"},
                            {"sort"}, kNoEnd);
  expect_equal("what `printf 'b\\na\\n' | sort` writes", result.out, "a\nb\n",
               "where does the second command's input come from?");
}

TEST("each command's return code comes back") {
  const Result result = run("(echo x; exit 3) | (cat; exit 4)",
                            sh("echo x; exit 3"), sh("cat; exit 4"), kNoEnd);
  expect_equal("the output", result.out, "x\n", "and what of the output?");
  expect_equal("the first one's return code", result.first_code, 3,
               "who waits for the first one?");
  expect_equal("the second one's return code", result.second_code, 4,
               "what does wait() of the second one give?");
}

TEST("a first command that writes without end ends when the second does") {
  const Result result =
      run("while echo y; do :; done | head -n 2",
          sh("while echo y; do :; done"), {"head", "-n", "2"}, kNoSignal);
  expect_equal("what it writes", result.out, "y\ny\n",
               "do both run at the same time?");
  expect_equal("the return code of the first", result.first_code, -SIGPIPE,
               "it ends by a SIGPIPE, when nobody can read what it writes");
}

TEST("megabytes go through") {
  const Result result =
      run("head -c 3000000 /dev/zero | tr '\\0' x",
          {"head", "-c", "3000000", "/dev/zero"}, {"tr", "\\0", "x"}, kNoEnd);
  expect(result.out == std::string(3'000'000, 'x'),
         "three million bytes come out; there came " +
             std::to_string(result.out.size()),
         "more than a pipe holds: does somebody read while others write?");
}
