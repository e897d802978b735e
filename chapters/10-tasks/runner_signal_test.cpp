// Ctrl-C while run() is at work: test_interrupt_* of CPython's test_runners.py.
// The tests send the signal themselves, inside the loop, so nothing depends on
// when it comes. What ends the process happens in a child.
//
// test_interrupt_call_soon               ... in sleep(0)
// test_interrupt_wait                    ... in a future
// test_interrupt_cancelled_task          a main task that was cancelled ...
// test_signal_install_not_supported_ok   a loop in another thread ...
// test_asyncio_run_without_uncancel      cannot apply: a Task has uncancel

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "common/interrupt.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_clock;

bool has_default_handler() {
  struct sigaction action;
  sigaction(SIGINT, nullptr, &action);
  return action.sa_handler == SIG_DFL;
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
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST("Ctrl-C cancels the main task in sleep(0), and run throws Interrupted") {
  Runner runner(manual_clock());
  bool cancelled = false;
  auto main = [&]() -> Coro<> {
    try {
      for (;;) co_await sleep(0s);
    } catch (const CancelledError&) {
      cancelled = true;
      throw;
    }
  };
  runner.get_loop().call_soon([] { raise(SIGINT); });
  CHECK_THROWS(Interrupted, runner.run(main()));
  CHECK(cancelled);
  CHECK(has_default_handler());
}

TEST("Ctrl-C cancels the future that the main task waits for") {
  Runner runner(manual_clock());
  Future<> future(runner.get_loop());
  auto main = [&]() -> Coro<> { co_await future; };
  runner.get_loop().call_soon([] { raise(SIGINT); });
  CHECK_THROWS(Interrupted, runner.run(main()));
  CHECK(future.cancelled());
}

TEST("a main task that was cancelled as well throws CancelledError") {
  Runner runner(manual_clock());
  auto main = []() -> Coro<> {
    AnyTask self = current_task();
    get_running_loop().call_soon([=] {
      self.cancel();
      raise(SIGINT);
    });
    co_await sleep(10s);
  };
  CHECK_THROWS(CancelledError, runner.run(main()));
}

TEST("a main task may answer Ctrl-C with a result") {
  Runner runner(manual_clock());
  auto main = []() -> Coro<std::string> {
    get_running_loop().call_soon([] { raise(SIGINT); });
    try {
      co_await sleep(10h);
    } catch (const CancelledError&) {
    }
    co_await sleep(1s);  // cleaning up may wait
    co_return "the report";
  };
  CHECK_EQ(runner.run(main()), "the report");
}

TEST("after Ctrl-C the Runner still runs, and hears the next one") {
  Runner runner(manual_clock());
  auto press = []() -> Coro<> {
    raise(SIGINT);
    co_await sleep(1h);
  };
  CHECK_THROWS(Interrupted, runner.run(press()));
  runner.run(Coro<>(sleep(1s)));
  CHECK_THROWS(Interrupted, runner.run(press()));
}

TEST("Ctrl-C in run() cancels what is left, too") {
  bool cancelled = false;
  auto leftover = [&]() -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      cancelled = true;
      throw;
    }
  };
  auto main = [&]() -> Coro<> {
    create_task(leftover());
    co_await sleep(0s);
    raise(SIGINT);
    co_await sleep(1h);
  };
  CHECK_THROWS(Interrupted, run(main()));
  CHECK(cancelled);
  CHECK(has_default_handler());
}

TEST("a second Ctrl-C ends the process") {
  auto stubborn = []() -> Coro<> {
    raise(SIGINT);
    for (;;) {
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
        raise(SIGINT);
      }
    }
  };
  CHECK_EQ(fate_of([&] { run(stubborn()); }), -SIGINT);
}

TEST("a second Ctrl-C reaches a main task that never awaits") {
  auto computes = []() -> Coro<> {
    raise(SIGINT);
    raise(SIGINT);
    co_return;
  };
  CHECK_EQ(fate_of([&] { run(computes()); }), -SIGINT);
}

TEST("a handler of the program's own is left alone") {
  static int caught = 0;
  struct sigaction mine {};
  struct sigaction old;
  mine.sa_handler = [](int) { ++caught; };
  sigaction(SIGINT, &mine, &old);
  auto main = []() -> Coro<int> {
    raise(SIGINT);
    co_await sleep(0s);
    co_await sleep(0s);
    co_return 1;
  };
  const int result = run(main());
  sigaction(SIGINT, &old, nullptr);
  CHECK_EQ(result, 1);
  CHECK_EQ(caught, 1);
}

TEST("a loop in another thread leaves Ctrl-C to the main one") {
  bool was_default = false;
  auto main = [&]() -> Coro<> {
    was_default = has_default_handler();
    co_return;
  };
  std::thread([&] { run(main()); }).join();
  CHECK(was_default);
}
