// run() and Runner: the cases of CPython's test_runners.py.
//
// test_asyncio_run_return, _raises       run gives the result; run throws ...
// test_asyncio_run_debug, test_debug,    run sets debug mode as it is told
//   test_non_debug
// test_asyncio_run_from_running_loop,    run refuses to nest
//   test_recursive_run
// test_asyncio_run_cancels_hanging_      what is left is cancelled and awaited
//   tasks
// test_asyncio_run_reports_hanging_      the errors of what is left are
//   tasks_errors                           reported
// test_asyncio_run_loop_factory,         a Runner takes a clock and a selector
//   test_custom_factory
// test_run, test_second_with_block_      a closed Runner runs nothing
//   raises, test_explicit_close
// test_double_close                      close() twice is harmless
// test_interrupt_*, test_signal_*        runner_signal_test.cpp
//
// Cannot apply: _run_only_coro, _run_non_coro, _run_future (types),
// _run_set_event_loop, test_set_event_loop_called_once (there is no policy).
// Elsewhere: _run_closes_gens_* (chapter 15), test_run_keeps_context (16).

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "common/error.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_clock;

Coro<int> answer() {
  co_await sleep(0s);
  co_return 42;
}

Coro<> fail() {
  co_await sleep(0s);
  throw std::runtime_error("spam");
}

Coro<bool> debug_mode() { co_return get_running_loop().get_debug(); }

Coro<std::string> error_of_nested_run() {
  try {
    run(answer());
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

}  // namespace

TEST("run gives the coroutine's result") { CHECK_EQ(run(answer()), 42); }

TEST("run throws what the coroutine throws") {
  CHECK_WHAT(run(fail()), "spam");
}

TEST("run throws CancelledError if the main task was cancelled") {
  auto cancel_itself = []() -> Coro<> {
    current_task().cancel("enough");
    co_await sleep(1h);
  };
  std::string message;
  try {
    run(cancel_itself());
  } catch (const CancelledError& error) {
    message = error.message();
  }
  CHECK_EQ(message, "enough");
}

TEST("run sets debug mode as it is told, else as ASYNCIO_DEBUG says") {
  CHECK(run(debug_mode(), true));
  CHECK(!run(debug_mode(), false));
  setenv("ASYNCIO_DEBUG", "1", 1);
  CHECK(run(debug_mode()));
  CHECK(!run(debug_mode(), false));
  unsetenv("ASYNCIO_DEBUG");
  CHECK(!run(debug_mode()));
}

TEST("run refuses to nest, and a Runner too") {
  CHECK_EQ(run(error_of_nested_run()),
           "asyncio.run() cannot be called from a running event loop");
  Runner runner;
  auto nest = [&]() -> Coro<> {
    runner.run(answer());
    co_return;
  };
  CHECK_WHAT(runner.run(nest()),
             "Runner.run() cannot be called from a running event loop");
}

TEST("what is left is cancelled and awaited, cleanup and all") {
  const long frames = FramePool::live();
  std::string log;
  {
    Task<> left;
    auto leftover = [&]() -> Coro<> {
      bool cancelled = false;
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
        cancelled = true;
      }
      if (!cancelled) co_return;
      co_await sleep(1s);
      log += "cleaned up";
    };
    auto main = [&]() -> Coro<int> {
      left = create_task(leftover());
      co_await sleep(0s);
      co_return 123;
    };
    Runner runner(manual_clock());
    CHECK_EQ(runner.run(main()), 123);
    CHECK(!left.done());
    runner.close();
    CHECK(left.done());
    CHECK(!left.cancelled());  // it caught it, and returned
    left = {};
  }
  CHECK_EQ(log, "cleaned up");
  CHECK_EQ(FramePool::live(), frames);
}

TEST("what is left may stop the loop, and is awaited all the same") {
  bool ended = false;
  {
    auto leftover = [&]() -> Coro<> {
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
      }
      get_running_loop().stop();
      co_await sleep(1s);
      get_running_loop().stop();
      ended = true;
    };
    auto main = [&]() -> Coro<> {
      create_task(leftover());
      co_await sleep(0s);
    };
    Runner runner(manual_clock());
    runner.run(main());
  }
  CHECK(ended);
}

TEST("a task made in the main task's last step still begins, as in Python") {
  bool began = false;
  auto leftover = [&]() -> Coro<> {
    began = true;
    co_return;
  };
  auto main = [&]() -> Coro<> {
    create_task(leftover());
    co_return;
  };
  run(main());
  CHECK(began);
}

TEST("the errors of what is left are reported") {
  std::vector<std::string> reports;
  {
    Runner runner(manual_clock());
    runner.get_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext& context) {
          reports.push_back(context.message + ' ' + context.subject + ' ' +
                            describe(context.exception));
        });
    auto leftover = []() -> Coro<> {
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
        throw std::runtime_error("cannot clean up");
      }
    };
    auto main = [&]() -> Coro<> {
      create_task(leftover(), "left");
      co_await sleep(0s);
    };
    runner.run(main());
  }
  CHECK_EQ(reports, std::vector<std::string>{
                        "unhandled exception during asyncio.run() shutdown: "
                        "left cannot clean up"});
}

TEST("a Runner runs one coroutine after another on one loop") {
  Runner runner(manual_clock());
  auto time = []() -> Coro<long> {
    co_await sleep(1s);
    co_return get_running_loop().time().time_since_epoch() / 1s;
  };
  CHECK_EQ(runner.run(time()), 1);
  CHECK_EQ(runner.run(time()), 2);
}

TEST("a task of one run goes on in the next") {
  int turns = 0;
  auto count = [&]() -> Coro<> {
    for (;;) {
      co_await sleep(1s);
      ++turns;
    }
  };
  auto start = [&]() -> Coro<> {
    create_task(count());
    co_await sleep(2500ms);
  };
  Runner runner(manual_clock());
  runner.run(start());
  CHECK_EQ(turns, 2);
  runner.run(Coro<>(sleep(2s)));
  CHECK_EQ(turns, 4);
}

TEST("a Runner takes a clock and a selector") {
  auto clock = std::make_shared<ManualClock>();
  EventLoop::Options options;
  options.clock = clock;
  options.selector = make_selector("select");
  Runner runner(std::move(options));
  CHECK_EQ(runner.get_loop().selector_name(), "select");
  runner.run(Coro<>(sleep(24h)));
  CHECK(clock->now().time_since_epoch() == 24h);
}

TEST("a closed Runner runs nothing, and close() twice is harmless") {
  const long frames = FramePool::live();
  Runner runner;
  EventLoop& loop = runner.get_loop();
  CHECK_EQ(runner.run(answer()), 42);
  runner.close();
  CHECK(loop.is_closed());
  runner.close();
  CHECK_WHAT(runner.run(answer()), "Runner is closed");
  CHECK_EQ(FramePool::live(), frames);
}

TEST("shutdown hooks run after what is left, before the loop closes") {
  std::string log;
  {
    auto leftover = [&]() -> Coro<> {
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
        log += "leftover ";
      }
    };
    auto hook = [&]() -> Coro<> {
      co_await sleep(1s);
      log += "hook";
    };
    auto main = [&]() -> Coro<> {
      get_running_loop().service<ShutdownHooks>().add(hook);
      create_task(leftover());
      co_await sleep(0s);
    };
    Runner runner(manual_clock());
    runner.run(main());
  }
  CHECK_EQ(log, "leftover hook");
}
