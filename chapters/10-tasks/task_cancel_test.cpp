// Cancelling a task: the cases of CPython's test_tasks.py that need no gather,
// wait, shield or timeout (those stand in chapters 11 and 12).
//
// test_cancelling                       cancelling() counts the requests
// test_uncancel_basic                   uncancel() takes one back; ...
// test_uncancel_resets_must_cancel      a cancel that is taken back ... (3.13)
// test_cancel                           a task is cancelled where it waits
// test_cancel_with_message_then_        the message reaches who looks first
//   future_result, _future_exception
// test_cancel_with_message_before_      cancelled before its first step ...
//   starting_task
// test_cancel_yield                     a task is cancelled in sleep(0)
// test_cancel_inner_future              a future that is cancelled ...
// test_cancel_both_task_and_inner_      ... and both at once
//   future
// test_cancel_task_catching             a task may catch it, and return
// test_cancel_task_ignoring             ..., and wait for something else
// test_cancel_current_task              a task that cancels itself ...
// test_cancel_at_end                    ... in its last step
// test_cancel_awaited_task              ... and then awaits another task
// test_task_cancel_waiter_future        cancelling reaches the future
// test_task_cancel_sleeping_task,       in sleep_test.cpp
//   test_sleep_cancel
// test_yield_future_passes_cancel       cancelling goes through coroutines
//
// Cannot apply: test_cancellation_exception_context, test_exception_chaining_*
// and test_cancel_traceback_*: a C++ exception knows no other that came
// before. test_uncancel_structured_blocks needs timeout(): chapter 12.

#include <stdexcept>
#include <string>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

Coro<> nap() { co_await sleep(10s); }

// How an await ends: "cancelled MESSAGE", or "done".
template <class T>
Coro<std::string> outcome_of(Future<T> future) {
  try {
    co_await future;
  } catch (const CancelledError& error) {
    co_return "cancelled " + error.message();
  }
  co_return "done";
}

std::string message_of(const Task<>& task) {
  try {
    task.result();
  } catch (const CancelledError& error) {
    return error.message();
  }
  return "no CancelledError";
}

}  // namespace

TEST("a task is cancelled where it waits, and ends cancelled") {
  manual_run([]() -> Coro<> {
    Task<> task = create_task(nap());
    co_await sleep(0s);
    CHECK(task.cancel());
    CHECK(!task.done());
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled ");
    CHECK(task.done());
    CHECK(task.cancelled());
    CHECK(!task.cancel());
  });
}

TEST("the message reaches who looks first, and only them") {
  manual_run([]() -> Coro<> {
    Task<> task = create_task(nap());
    co_await sleep(0s);
    task.cancel("my message");
    co_await sleep(0s);
    CHECK_EQ(message_of(task), "my message");
    CHECK_EQ(message_of(task), "");
  });
}

TEST("the message comes out of exception() too") {
  manual_run([]() -> Coro<> {
    Task<> task = create_task(nap());
    co_await sleep(0s);
    task.cancel("my message");
    co_await sleep(0s);
    std::string message;
    try {
      (void)task.exception();
    } catch (const CancelledError& error) {
      message = error.message();
    }
    CHECK_EQ(message, "my message");
  });
}

TEST("cancelled before its first step, a task's body never runs") {
  manual_run([]() -> Coro<> {
    bool began = false;
    auto begin = [&]() -> Coro<> {
      began = true;
      co_await sleep(10s);
    };
    Task<> task = create_task(begin());
    task.cancel("too early");
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled too early");
    CHECK(!began);
  });
}

TEST("a task is cancelled in sleep(0)") {
  manual_run([]() -> Coro<> {
    auto work = []() -> Coro<> {
      co_await sleep(0s);
      co_await sleep(0s);
    };
    Task<> task = create_task(work());
    co_await sleep(0s);
    task.cancel();
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled ");
    CHECK(!task.cancel());
  });
}

TEST("a future that is cancelled cancels the task that awaits it") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    auto wait = [](Future<> f) -> Coro<> { co_await f; };
    Task<> task = create_task(wait(future));
    co_await sleep(0s);
    future.cancel("inner");
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled inner");
    CHECK(task.cancelled());
  });
}

TEST("a future and its task, both cancelled, end it once") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    int caught = 0;
    auto wait = [&]() -> Coro<> {
      for (;;) {
        try {
          co_await future;
        } catch (const CancelledError&) {
          if (++caught == 2) throw;
        }
        future = create_future();
        co_await sleep(1s);  // not cancelled by what came twice
        co_return;
      }
    };
    Task<> task = create_task(wait());
    co_await sleep(0s);
    future.cancel();
    task.cancel();
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "done");
    CHECK_EQ(caught, 1);
  });
}

TEST("cancelling reaches the future that the task waits for") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    auto wait = [](Future<> f) -> Coro<> { co_await f; };
    Task<> task = create_task(wait(future));
    co_await sleep(0s);
    task.cancel();
    CHECK(future.cancelled());
    CHECK(!task.done());
    co_await sleep(0s);
    CHECK(task.cancelled());
  });
}

TEST("cancelling goes through coroutines, and each may see it") {
  manual_run([]() -> Coro<> {
    int proof = 0;
    Future<> waiter = create_future();
    auto inner = [&]() -> Coro<> {
      try {
        co_await waiter;
      } catch (const CancelledError&) {
        proof += 1;
        throw;
      }
    };
    auto outer = [&]() -> Coro<> {
      try {
        co_await inner();
      } catch (const CancelledError&) {
        proof += 100;
      }
    };
    Task<> task = create_task(outer());
    co_await sleep(0s);
    task.cancel();
    co_await task;
    CHECK_EQ(proof, 101);
    CHECK(waiter.cancelled());
    CHECK(!task.cancelled());
  });
}

TEST("a task may catch it, and return") {
  manual_run([]() -> Coro<> {
    auto work = []() -> Coro<int> {
      try {
        co_await sleep(10s);
      } catch (const CancelledError&) {
        co_return 42;
      }
      co_return 0;
    };
    Task<int> task = create_task(work());
    co_await sleep(0s);
    task.cancel();
    int result = co_await task;
    CHECK_EQ(result, 42);
    CHECK(!task.cancelled());
    CHECK_EQ(task.cancelling(), 1);
  });
}

TEST("a task may catch it, and wait for something else") {
  manual_run([]() -> Coro<> {
    Future<int> next = create_future<int>();
    auto work = [&]() -> Coro<int> {
      try {
        co_await sleep(10s);
      } catch (const CancelledError&) {
      }
      co_return co_await next;
    };
    Task<int> task = create_task(work());
    co_await sleep(0s);
    task.cancel();
    co_await sleep(0s);
    CHECK(!task.done());
    next.set_result(42);
    int result = co_await task;
    CHECK_EQ(result, 42);
    CHECK(!next.cancelled());
  });
}

TEST("a task that cancels itself is cancelled at its next wait, at once") {
  manual_run([]() -> Coro<> {
    bool went_on = false;
    auto work = [&]() -> Coro<> {
      current_task().cancel("myself");
      went_on = true;
      co_await sleep(100s);
      CHECK(false);
    };
    Task<> task = create_task(work());
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled myself");
    CHECK(went_on);
    CHECK_EQ(get_running_loop().time().time_since_epoch() / 1s, 0);
  });
}

TEST("a task that cancels itself in its last step ends cancelled") {
  manual_run([]() -> Coro<> {
    auto work = []() -> Coro<int> {
      current_task().cancel();
      co_return 12;
    };
    Task<int> task = create_task(work());
    std::string outcome = co_await outcome_of<int>(task);
    CHECK_EQ(outcome, "cancelled ");
    CHECK(task.cancelled());
  });
}

TEST("a task that cancels itself, and then awaits another, cancels both") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    Task<> nested;
    auto wait = [&]() -> Coro<> { co_await future; };
    auto work = [&]() -> Coro<> {
      nested = create_task(wait());
      co_await sleep(0s);
      current_task().cancel();
      co_await nested;
    };
    Task<> task = create_task(work());
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled ");
    CHECK(nested.cancelled());
    CHECK(future.cancelled());
  });
}

TEST("a cancel that meets a result that has come already still wins") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    auto wait = [](Future<> f) -> Coro<> { co_await f; };
    Task<> task = create_task(wait(future));
    co_await sleep(0s);
    future.set_result();
    CHECK(task.cancel("late"));
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled late");
  });
}

TEST("cancelling() counts the requests") {
  manual_run([]() -> Coro<> {
    Task<> task = create_task(nap());
    CHECK_EQ(task.cancelling(), 0);
    CHECK(task.cancel());
    CHECK(task.cancel());
    CHECK_EQ(task.cancelling(), 2);
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled ");
  });
}

TEST("uncancel() takes one back; the task can be cancelled again") {
  manual_run([]() -> Coro<> {
    auto work = []() -> Coro<> {
      try {
        co_await sleep(10s);
      } catch (const CancelledError&) {
        current_task().uncancel();
      }
      co_await sleep(10s);
    };
    Task<> task = create_task(work());
    co_await sleep(0s);
    CHECK(task.cancel());
    CHECK_EQ(task.cancelling(), 1);
    co_await sleep(0s);
    CHECK_EQ(task.cancelling(), 0);
    CHECK(!task.done());
    CHECK(task.cancel());
    std::string outcome = co_await outcome_of<void>(task);
    CHECK_EQ(outcome, "cancelled ");
    CHECK_EQ(task.uncancel(), 0);
    CHECK_EQ(task.uncancel(), 0);  // and never less
    CHECK(task.cancelled());
  });
}

TEST("a cancel that is taken back before it was delivered is forgotten") {
  manual_run([]() -> Coro<> {
    Future<> future = create_future();
    auto wait = [](Future<> f) -> Coro<int> {
      co_await f;
      co_return 42;
    };
    Task<int> task = create_task(wait(future));
    co_await sleep(0s);
    future.set_result();
    task.cancel();
    CHECK_EQ(task.cancelling(), 1);
    CHECK_EQ(task.uncancel(), 0);
    int result = co_await task;
    CHECK_EQ(result, 42);
  });
}

TEST("an error after a cancel is the task's, and not the cancel") {
  manual_run([]() -> Coro<> {
    auto work = []() -> Coro<> {
      try {
        co_await sleep(10s);
      } catch (const CancelledError&) {
        throw std::runtime_error("cleaning up failed");
      }
    };
    Task<> task = create_task(work());
    co_await sleep(0s);
    task.cancel();
    co_await sleep(0s);
    CHECK(!task.cancelled());
    CHECK_WHAT(task.result(), "cleaning up failed");
  });
}

TEST("cleaning up may wait, and may be followed by a second cancel") {
  manual_run([]() -> Coro<> {
    int cleanups = 0;
    auto work = [&]() -> Coro<> {
      for (int i = 0; i < 2; ++i) {
        bool cancelled = false;
        try {
          co_await sleep(10s);
        } catch (const CancelledError&) {
          cancelled = true;
        }
        if (!cancelled) CHECK(false);
        co_await sleep(1s);  // cleaning up may wait
        ++cleanups;
      }
    };
    Task<> task = create_task(work());
    co_await sleep(0s);
    task.cancel();
    co_await sleep(2s);
    task.cancel();
    co_await task;
    CHECK_EQ(cleanups, 2);
  });
}
