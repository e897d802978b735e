#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "12-cancellation/cancel_world.hpp"

// What cancelling a task does. CPython's cases (test_tasks.py, 3.12 and 3.13):
//
//   BaseTaskTests
//     test_cancel                       a task that waits for a timer
//     test_sleep_cancel                 the timer is gone at once
//     test_task_cancel_sleeping_task    the same, awaited by another task
//     test_cancel_yield                 a task in sleep(0)
//     test_cancel_task_catching         swallowed, and the task returns
//     test_cancel_task_ignoring         swallowed, and it waits again
//     test_cancel_current_task          by itself, before an await
//     test_cancel_at_end                by itself, with no await to come
//     test_task_cancel_waiter_future    the awaited future is cancelled too
//     test_yield_future_passes_cancel   raised in each coroutine of the chain
//     test_yield_wait_does_not_shield_cancel, test_cancel_gather_*,
//     test_one_cancellation, test_cancellation_broadcast      chapter 11
//     test_cancel_traceback_for_future_*    an exception has no traceback
//     test_run_coroutine_threadsafe_task_cancelled            chapter 16
//
// cancel_race_test.cpp has what happens when several things come together, and
// cancel_count_test.cpp the messages, cancelling() and uncancel().

namespace {

using namespace test;
using asyncio::current_task;
using asyncio::sleep;
using Log = std::vector<std::string>;

// Awaits itself `depth` times, then `future`; tells when it is cancelled.
Coro<> nest(int depth, Future<int> future, Log& log) {
  try {
    if (depth > 0) {
      co_await nest(depth - 1, future, log);
    } else {
      co_await future;
    }
  } catch (const CancelledError&) {
    log.push_back(std::to_string(depth));
    throw;
  }
}

TEST("a cancellation is raised at the await, and in each caller in turn") {
  NoLeak no_leak;
  World world;
  Log log;
  const auto future = world.future();
  const auto task = world.start(nest(2, future, log));
  world.turn();
  CHECK(task.cancel());
  CHECK(future.cancelled());
  CHECK(!task.done());
  CHECK_EQ(log, Log{});
  world.turn();
  CHECK_EQ(log, (Log{"0", "1", "2"}));
  CHECK(task.cancelled());
  CHECK(!task.cancel());
}

TEST("it passes ten thousand coroutines that await one another") {
  NoLeak no_leak;
  World world;
  Log log;
  const auto task = world.start(nest(10'000, world.future(), log));
  world.turn();
  task.cancel();
  world.turn();
  CHECK(task.cancelled());
  CHECK_EQ(log.size(), 10'001);
}

TEST("a handler for errors lets a cancellation pass") {
  NoLeak no_leak;
  World world;
  bool handled = false;
  auto body = [&]() -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const std::exception&) {
      handled = true;
    }
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK(!handled);
}

Coro<int> sleep_and_return() {
  co_await sleep(10s);
  co_return 12;
}

TEST("a task that sleeps ends at once, and no timer stays behind") {
  NoLeak no_leak;
  World world;
  auto main = [&]() -> Coro<std::string> {
    auto sleeper = create_task(sleep_and_return());
    asyncio::get_running_loop().call_later(100ms, [=] { sleeper.cancel(); });
    try {
      co_await sleeper;
    } catch (const CancelledError&) {
      co_return "cancelled";
    }
    co_return "slept in";
  };
  CHECK_EQ(world.run(main()), "cancelled");
  CHECK_EQ(world.time(), 100ms);
  CHECK_EQ(waits_until(world, 1h), 1);
}

TEST("sleep(0) is an await as any other") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    co_await sleep(0s);
    co_await sleep(0s);
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel();
  world.turn();
  CHECK(task.cancelled());
}

TEST("whoever swallows a cancellation ends as it likes") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  auto body = [&]() -> Coro<int> {
    co_await futures[0];
    try {
      co_await futures[1];
    } catch (const CancelledError&) {
      co_return 42;
    }
    co_return 0;
  };
  const auto task = world.start(body());
  world.turn();
  futures[0].set_result(0);
  world.turn();
  task.cancel();
  CHECK(futures[1].cancelled());
  world.turn();
  CHECK(!task.cancelled());
  CHECK_EQ(task.result(), 42);
}

TEST("one request is raised once: the next await waits again") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  auto body = [&]() -> Coro<int> {
    try {
      co_await futures[0];
    } catch (const CancelledError&) {
    }
    co_return co_await futures[1];
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel();
  world.settle();
  CHECK(!task.done());
  CHECK(!futures[1].cancelled());
  futures[1].set_result(42);
  world.settle();
  CHECK_EQ(task.result(), 42);
}

// Sleeps, and cleans up for one second when it is cancelled.
Coro<> clean_up_slowly(Log& log) {
  bool cancelled = false;
  try {
    co_await sleep(1h);
  } catch (const CancelledError&) {
    cancelled = true;
  }
  if (!cancelled) co_return;
  log.push_back("cleaning");
  co_await sleep(1s);
  log.push_back("clean");
  throw CancelledError();
}

TEST("cleanup may await, and the task ends after it") {
  NoLeak no_leak;
  World world;
  Log log;
  auto main = [&]() -> Coro<> {
    auto task = create_task(clean_up_slowly(log));
    co_await sleep(1s);
    task.cancel();
    try {
      co_await task;
    } catch (const CancelledError&) {
      log.push_back("ended");
    }
  };
  world.run(main());
  CHECK_EQ(log, (Log{"cleaning", "clean", "ended"}));
  CHECK_EQ(world.time(), 2s);
}

TEST("a second request is raised inside the cleanup") {
  NoLeak no_leak;
  World world;
  Log log;
  const auto task = world.start(clean_up_slowly(log));
  world.turn();
  task.cancel();
  world.settle();
  CHECK(!task.done());
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(log, (Log{"cleaning"}));
  CHECK_EQ(world.time(), 0s);
}

Coro<> set_flag(bool& flag, std::shared_ptr<int> token) {
  flag = true;
  co_await sleep(static_cast<asyncio::Duration>(*token));
}

TEST("cancelled before its first step, a task never begins") {
  NoLeak no_leak;
  World world;
  bool begun = false;
  const auto token = std::make_shared<int>(0);
  const auto task = world.start(set_flag(begun, token));
  CHECK(task.cancel());
  CHECK(!task.done());
  CHECK_EQ(token.use_count(), 2);
  world.turn();
  CHECK(task.cancelled());
  CHECK(!begun);
  CHECK_EQ(token.use_count(), 1);  // its arguments died with it
}

TEST("a task that cancels itself finds out at its next await") {
  NoLeak no_leak;
  World world;
  bool went_on = false;
  auto body = [&]() -> Coro<int> {
    current_task().cancel();
    went_on = true;
    co_await sleep(100s);
    co_return 12;
  };
  const auto task = world.start(body());
  world.settle();
  CHECK(went_on);
  CHECK(task.cancelled());
  CHECK_EQ(world.time(), 0s);
}

TEST("an await that does not suspend raises nothing") {
  NoLeak no_leak;
  World world;
  const auto done = world.future();
  done.set_result(7);
  auto body = [&]() -> Coro<int> {
    current_task().cancel();
    int seven = co_await done;
    current_task().uncancel();
    co_return seven;
  };
  CHECK_EQ(world.run(body()), 7);
}

TEST("cancelled in its last step, a task is cancelled") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<int> {
    current_task().cancel();
    co_return 12;
  };
  const auto task = world.start(body());
  world.settle();
  CHECK(task.cancelled());
  CHECK(!task.cancel());
}

TEST("an error in its last step goes before a cancellation") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    current_task().cancel();
    throw std::runtime_error("broke");
    co_return;
  };
  const auto task = world.start(body());
  world.settle();
  CHECK_EQ(state_of(task), "broke");
}

}  // namespace
