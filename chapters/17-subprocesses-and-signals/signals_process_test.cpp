#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "05-callbacks/loop_test.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/interrupt.hpp"

// Signal handlers beside run(), which has one of its own for Ctrl-C, and in
// processes that were forked. signals_test.cpp has the table of CPython's
// cases.

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::ManualLoop;
using test::run_once;

auto handler_of(int number) {
  struct sigaction action;
  sigaction(number, nullptr, &action);
  return action.sa_handler;
}

// What becomes of a process that calls `body`: its exit status, or minus the
// signal that ended it.
template <class Body>
int fate_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// Signals that came are in the pipe: one iteration reads it, the next calls.
void settle(EventLoop& loop) {
  for (int i = 0; i < 3; ++i) run_once(loop);
}

}  // namespace

// ---- Beside run() and its Ctrl-C.

TEST("the program's handler for SIGINT takes the place of run()'s") {
  int calls = 0;
  auto main = [&]() -> Coro<int> {
    EventLoop& loop = get_running_loop();
    Future<> pressed(loop);
    add_signal_handler(loop, SIGINT, [&, pressed] {
      if (++calls == 2) pressed.set_result();
    });
    raise(SIGINT);
    raise(SIGINT);  // and the second does not end the process
    co_await pressed;
    co_return calls;
  };
  CHECK_EQ(run(main()), 2);
  CHECK(handler_of(SIGINT) == SIG_DFL);
}

TEST("a removed handler for SIGINT leaves Ctrl-C to run() again") {
  auto main = []() -> Coro<> {
    EventLoop& loop = get_running_loop();
    add_signal_handler(loop, SIGINT, [] {});
    remove_signal_handler(loop, SIGINT);
    raise(SIGINT);
    co_await sleep(1h);
  };
  CHECK_THROWS(Interrupted, run(main()));
  CHECK(handler_of(SIGINT) == SIG_DFL);
}

TEST("a handler for SIGINT stays while a Runner runs once more") {
  int calls = 0;
  {
    Runner runner(test::manual_clock());
    auto first = [&]() -> Coro<> {
      add_signal_handler(get_running_loop(), SIGINT, [&] { ++calls; });
      co_return;
    };
    auto second = []() -> Coro<> {
      raise(SIGINT);
      co_await sleep(1s);
    };
    runner.run(first());
    runner.run(second());
    CHECK_EQ(calls, 1);
  }
  CHECK(handler_of(SIGINT) == SIG_DFL);  // no trace of the first run's
}

// ---- Forked children.

TEST("in a forked child the signal does what it does by default") {
  ManualLoop at;
  int calls = 0;
  add_signal_handler(at.loop, SIGTERM, [&] { ++calls; });
  CHECK_EQ(fate_of([] { raise(SIGTERM); }), -SIGTERM);
  settle(at.loop);
  CHECK_EQ(calls, 0);  // and the parent hears nothing of it
}

TEST("a forked child may listen on a loop of its own") {
  ManualLoop at;
  int calls = 0;
  add_signal_handler(at.loop, SIGTERM, [&] { ++calls; });
  add_signal_handler(at.loop, SIGUSR2, [&] { ++calls; });
  const int fate = fate_of([] {
    ManualLoop its;
    int heard = 0;
    add_signal_handler(its.loop, SIGTERM, [&] { ++heard; });
    raise(SIGTERM);
    settle(its.loop);
    const bool clean = handler_of(SIGUSR2) == SIG_DFL;
    _exit(clean ? heard : 99);
  });
  CHECK_EQ(fate, 1);
  settle(at.loop);
  CHECK_EQ(calls, 0);
}
