#include "17-subprocesses-and-signals/signals.hpp"

#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "05-callbacks/loop_test.hpp"
#include "08-coroutines/coro.hpp"

// Signal handlers. CPython's cases:
//
// test_events.py
//   test_add_signal_handler                what is no signal ..., SIGKILL ...,
//                                          a removed handler ...
//   test_signal_handling_while_selecting   a signal wakes a loop that waits
//   test_signal_handling_args              cannot apply: a lambda has them
//   test_close (its signal part)           a closed loop takes no handler
// test_unix_events.py, SelectorEventLoopSignalTests
//   test_check_signal                      what is no signal is refused
//   test_handle_signal_no_handler          a signal that came before ...
//   test_handle_signal_cancelled_handler   cannot apply: there is no handle
//   test_add_signal_handler_setup_error    only the main thread ...
//   test_add_signal_handler_coroutine_error  a coroutine function ...
//   test_add_signal_handler                a handler runs in the iteration ...
//   test_add_signal_handler_install_error, _error2, _error3
//                                          SIGKILL and SIGSTOP ...
//   test_remove_signal_handler, _2         a removed handler ...
//   test_remove_signal_handler_cleanup_error, _error, _error2
//                                          cannot apply: sigaction does not
//                                          fail for what it has installed
//   test_close                             closing the loop restores ...
//   test_close_on_finalizing               cannot apply: no interpreter ends

namespace {

using namespace asyncio;
using test::Log;
using test::ManualLoop;
using test::run_once;

auto handler_of(int number) {
  struct sigaction action;
  sigaction(number, nullptr, &action);
  return action.sa_handler;
}

// Signals that came are in the pipe: one iteration reads it, the next calls.
void settle(EventLoop& loop) {
  for (int i = 0; i < 3; ++i) run_once(loop);
}

// A coroutine function must not be accepted.
template <class F>
concept Accepted = requires(EventLoop& loop, F f) {
  add_signal_handler(loop, SIGHUP, f);
};

}  // namespace

TEST("a handler is called by the loop, once for each signal") {
  ManualLoop at;
  int calls = 0;
  add_signal_handler(at.loop, SIGUSR1, [&] { ++calls; });
  raise(SIGUSR1);
  CHECK_EQ(calls, 0);
  settle(at.loop);
  CHECK_EQ(calls, 1);
  raise(SIGUSR1);
  raise(SIGUSR1);
  settle(at.loop);
  CHECK_EQ(calls, 3);
  settle(at.loop);
  CHECK_EQ(calls, 3);
}

TEST("a handler runs in the iteration after the one that reads the pipe") {
  ManualLoop at;
  Log log;
  add_signal_handler(at.loop, SIGUSR1, [&] { log.push_back("handler"); });
  raise(SIGUSR1);
  at.loop.call_soon([&] {
    log.push_back("1");
    at.loop.call_soon([&] { log.push_back("2"); });
  });
  settle(at.loop);
  CHECK_EQ(log, (Log{"1", "2", "handler"}));  // as CPython
}

TEST("different signals call their own handlers, in the order they came") {
  ManualLoop at;
  Log log;
  add_signal_handler(at.loop, SIGUSR1, [&] { log.push_back("usr1"); });
  add_signal_handler(at.loop, SIGUSR2, [&] { log.push_back("usr2"); });
  raise(SIGUSR2);
  raise(SIGUSR1);
  raise(SIGUSR2);
  settle(at.loop);
  CHECK_EQ(log, (Log{"usr2", "usr1", "usr2"}));
}

TEST("a second handler for a signal replaces the first") {
  ManualLoop at;
  Log log;
  auto token = test::make_token();
  add_signal_handler(at.loop, SIGUSR1, [&, token] { log.push_back("first"); });
  add_signal_handler(at.loop, SIGUSR1, [&] { log.push_back("second"); });
  CHECK_EQ(token.use_count(), 1);
  raise(SIGUSR1);
  settle(at.loop);
  CHECK_EQ(log, Log{"second"});
}

TEST("a removed handler is called no more, and the default is back") {
  ManualLoop at;
  int calls = 0;
  auto token = test::make_token();
  add_signal_handler(at.loop, SIGUSR1, [&, token] { ++calls; });
  CHECK(handler_of(SIGUSR1) != SIG_DFL);
  CHECK(remove_signal_handler(at.loop, SIGUSR1));
  CHECK_EQ(token.use_count(), 1);
  CHECK(handler_of(SIGUSR1) == SIG_DFL);
  CHECK(!remove_signal_handler(at.loop, SIGUSR1));
  settle(at.loop);
  CHECK_EQ(calls, 0);
}

TEST("a signal that came before its handler was removed is forgotten") {
  ManualLoop at;
  int calls = 0;
  add_signal_handler(at.loop, SIGUSR1, [&] { ++calls; });
  add_signal_handler(at.loop, SIGUSR2, [&] {});
  raise(SIGUSR1);
  CHECK(remove_signal_handler(at.loop, SIGUSR1));
  CHECK(handler_of(SIGUSR1) == SIG_DFL);  // while the other one stays
  CHECK(handler_of(SIGUSR2) != SIG_DFL);
  settle(at.loop);
  CHECK_EQ(calls, 0);
}

TEST("a handler may remove itself, and add another") {
  ManualLoop at;
  Log log;
  add_signal_handler(at.loop, SIGUSR1, [&] {
    log.push_back("first");
    remove_signal_handler(at.loop, SIGUSR1);
    add_signal_handler(at.loop, SIGUSR1, [&] { log.push_back("second"); });
  });
  raise(SIGUSR1);
  settle(at.loop);
  raise(SIGUSR1);
  settle(at.loop);
  CHECK_EQ(log, (Log{"first", "second"}));
}

TEST("a handler that was added again after the last was removed works") {
  ManualLoop at;
  int calls = 0;
  for (int i = 0; i < 3; ++i) {
    add_signal_handler(at.loop, SIGUSR1, [&] { ++calls; });
    raise(SIGUSR1);
    settle(at.loop);
    remove_signal_handler(at.loop, SIGUSR1);
  }
  CHECK_EQ(calls, 3);
}

TEST("what the program did about a signal before is done again") {
  struct sigaction ignore {}, old;
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGUSR1, &ignore, &old);
  {
    ManualLoop at;
    add_signal_handler(at.loop, SIGUSR1, [] {});
    CHECK(handler_of(SIGUSR1) != SIG_IGN);
    remove_signal_handler(at.loop, SIGUSR1);
    CHECK(handler_of(SIGUSR1) == SIG_IGN);
  }
  sigaction(SIGUSR1, &old, nullptr);
}

TEST("a handler that the program has installed since is left alone") {
  ManualLoop at;
  add_signal_handler(at.loop, SIGUSR1, [] {});
  struct sigaction mine {}, old;
  mine.sa_handler = [](int) {};
  sigaction(SIGUSR1, &mine, &old);
  remove_signal_handler(at.loop, SIGUSR1);
  CHECK(handler_of(SIGUSR1) == mine.sa_handler);
  mine.sa_handler = SIG_DFL;
  sigaction(SIGUSR1, &mine, nullptr);
}

TEST("closing the loop restores what was done about the signals") {
  const int before = test::open_descriptors();
  auto token = test::make_token();
  {
    ManualLoop at;
    add_signal_handler(at.loop, SIGHUP, [token] {});
    add_signal_handler(at.loop, SIGUSR1, [token] {});
    at.loop.close();
    CHECK(handler_of(SIGHUP) == SIG_DFL);
    CHECK(handler_of(SIGUSR1) == SIG_DFL);
    CHECK_EQ(token.use_count(), 1);
    CHECK(!remove_signal_handler(at.loop, SIGHUP));
  }
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("a closed loop takes no handler") {
  ManualLoop at;
  at.loop.close();
  CHECK_WHAT(add_signal_handler(at.loop, SIGTERM, [] {}), "closed");
  CHECK(handler_of(SIGTERM) == SIG_DFL);
}

TEST("what is no signal is refused") {
  ManualLoop at;
  for (const int number : {0, -1, NSIG, NSIG + 1}) {
    CHECK_THROWS(std::invalid_argument,
                 add_signal_handler(at.loop, number, [] {}));
    CHECK_THROWS(std::invalid_argument,
                 remove_signal_handler(at.loop, number));
  }
  CHECK_WHAT(add_signal_handler(at.loop, 0, [] {}), "invalid signal number 0");
}

TEST("SIGKILL and SIGSTOP cannot be caught") {
  ManualLoop at;
  for (const int number : {SIGKILL, SIGSTOP}) {
    CHECK_WHAT(add_signal_handler(at.loop, number, [] {}),
               "cannot be caught");
    CHECK(!remove_signal_handler(at.loop, number));
  }
  int calls = 0;  // the failure has left nothing behind
  add_signal_handler(at.loop, SIGUSR1, [&] { ++calls; });
  raise(SIGUSR1);
  settle(at.loop);
  CHECK_EQ(calls, 1);
}

TEST("only the main thread may add a handler") {
  std::string error;
  std::thread([&] {
    ManualLoop at;
    try {
      add_signal_handler(at.loop, SIGUSR1, [] {});
    } catch (const std::runtime_error& caught) {
      error = caught.what();
    }
  }).join();
  CHECK_EQ(error, "add_signal_handler works in the main thread only");
}

TEST("a coroutine function is no handler") {
  auto function = [] {};
  auto coroutine = []() -> Coro<> { co_return; };
  CHECK(Accepted<decltype(function)>);
  CHECK(!Accepted<decltype(coroutine)>);
}

TEST("a signal wakes a loop that waits in the selector") {
  EventLoop loop;
  int calls = 0;
  add_signal_handler(loop, SIGALRM, [&] {
    ++calls;
    loop.stop();
  });
  itimerval once{{0, 0}, {0, 10'000}};
  setitimer(ITIMER_REAL, &once, nullptr);
  loop.run_forever();  // nothing else could end it
  CHECK_EQ(calls, 1);
}

TEST("a flood of signals does not block, and loses no kind") {
  ManualLoop at;
  int usr1 = 0, usr2 = 0;
  add_signal_handler(at.loop, SIGUSR1, [&] { ++usr1; });
  add_signal_handler(at.loop, SIGUSR2, [&] { ++usr2; });
  // More than a pipe holds, before anybody reads.
  for (int i = 0; i < 70'000; ++i) raise(SIGUSR1);
  raise(SIGUSR2);
  settle(at.loop);
  CHECK(usr1 > 1000);
  CHECK(usr2 >= 1);
  const int before = usr2;
  raise(SIGUSR2);  // and afterwards all is as it was
  settle(at.loop);
  CHECK_EQ(usr2, before + 1);
}

TEST("an exception in a handler is reported, and the next signal heard") {
  ManualLoop at;
  Log log;
  at.loop.set_exception_handler(
      [&](EventLoop&, const ExceptionContext&) { log.push_back("reported"); });
  add_signal_handler(at.loop, SIGUSR1,
                     [] { throw std::runtime_error("broke"); });
  raise(SIGUSR1);
  settle(at.loop);
  raise(SIGUSR1);
  settle(at.loop);
  CHECK_EQ(log, (Log{"reported", "reported"}));
}

TEST("a signal that another thread gets reaches the loop") {
  EventLoop loop;
  int calls = 0;
  add_signal_handler(loop, SIGUSR1, [&] {
    ++calls;
    loop.stop();
  });
  std::thread other([] { raise(SIGUSR1); });
  loop.run_forever();
  other.join();
  CHECK_EQ(calls, 1);
}

TEST("signals that other threads get while handlers come and go do no harm") {
  std::atomic<bool> stop{false};
  struct sigaction nothing {}, old;
  nothing.sa_handler = [](int) {};
  sigaction(SIGUSR1, &nothing, &old);
  std::thread other([&] {
    while (!stop) raise(SIGUSR1);
  });
  int calls = 0;
  for (int i = 0; i < 200; ++i) {
    ManualLoop at;
    add_signal_handler(at.loop, SIGUSR1, [&] { ++calls; });
    run_once(at.loop);
  }
  stop = true;
  other.join();
  sigaction(SIGUSR1, &old, nullptr);
  CHECK(calls >= 0);
}

TEST("two loops may listen to one signal") {
  ManualLoop one, two;
  int first = 0, second = 0;
  add_signal_handler(one.loop, SIGUSR1, [&] { ++first; });
  add_signal_handler(two.loop, SIGUSR1, [&] { ++second; });
  raise(SIGUSR1);
  settle(one.loop);
  settle(two.loop);
  CHECK_EQ(first, 1);
  CHECK_EQ(second, 1);
  remove_signal_handler(one.loop, SIGUSR1);
  raise(SIGUSR1);
  settle(two.loop);
  CHECK_EQ(second, 2);
  remove_signal_handler(two.loop, SIGUSR1);
  CHECK(handler_of(SIGUSR1) == SIG_DFL);
}

TEST("an interrupted system call is restarted") {
  ManualLoop at;
  add_signal_handler(at.loop, SIGUSR1, [] {});
  struct sigaction action;
  sigaction(SIGUSR1, nullptr, &action);
  CHECK((action.sa_flags & SA_RESTART) != 0);
}
