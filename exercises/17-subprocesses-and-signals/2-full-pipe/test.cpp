#include <chrono>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "exercises/expect.hpp"
#include "outcome.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Process;
using asyncio::subprocess::PIPE;
using exercise::expect;
using exercise::expect_equal;
using exercise::Outcome;
using exercise::outcome_of;

namespace {

// True if nobody has read from the pipe for so many turns of the loop that
// nobody ever will: the stream has paused it since it holds too much.
bool is_stuck(const Process& process, int& turns) {
  bool paused = false;
  for (int fd : {1, 2}) {
    auto pipe = process.transport().get_pipe_transport(fd);
    paused = paused || (pipe && !pipe->is_closing() && !pipe->is_reading());
  }
  turns = paused ? turns + 1 : 0;
  return turns > 50;
}

// Runs a command, and gives what outcome_of() makes of it. The clock is the
// real one: processes take real time.
Outcome run(std::string command) {
  Outcome outcome;
  bool stuck = false;
  auto body = [&]() -> Coro<> {
    asyncio::SubprocessOptions options({}, PIPE, PIPE);
    Process process =
        co_await asyncio::create_subprocess_shell(command, options);
    auto task = asyncio::create_task(outcome_of(process));
    for (int turns = 0; !task.done() && !stuck;) {
      co_await asyncio::sleep(2ms);
      stuck = is_stuck(process, turns);
    }
    if (stuck) {
      process.kill();
      task.cancel();
    } else {
      outcome = co_await task;
    }
  };
  asyncio::Runner().run(body());
  expect(!stuck, "`" + command + "` comes to its end",
         "it writes into a pipe that is full. Who reads at that moment?");
  return outcome;
}

}  // namespace

TEST("a short output, an error and a return code come back") {
  const Outcome outcome = run("echo out; echo err >&2; exit 3");
  expect_equal("what it wrote", outcome.out, "out\n", "is its output read?");
  expect_equal("its errors", outcome.err, "err\n", "are its errors read?");
  expect_equal("its return code", outcome.code, 3,
               "who waits for the end, and what becomes of the code?");
}

TEST("an output larger than any pipe comes back") {
  const Outcome outcome = run("head -c 1000000 /dev/zero; exit 4");
  expect_equal("the bytes it wrote", outcome.out.size(), 1'000'000u,
               "is its output read to the end?");
  expect_equal("its return code", outcome.code, 4, "what does wait() give?");
}

TEST("errors larger than any pipe do not stop the output") {
  const Outcome outcome =
      run("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero");
  expect_equal("the bytes of its errors", outcome.err.size(), 1'000'000u,
               "are its errors read to the end?");
  expect_equal("the bytes of its output", outcome.out.size(), 1'000'000u,
               "is its output read to the end?");
}
