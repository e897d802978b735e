#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/wait_for.hpp"

// wait_for. CPython's cases (test_waitfor.py, the same in 3.12 and 3.13):
//
//   AsyncioWaitForTest
//     test_asyncio_wait_for_cancelled     it returns after the inner work
//     test_asyncio_wait_for_timeout       the same, when time is over
//     test_wait_for_timeout_less_then_0_or_0_future_done
//     test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started
//     test_wait_for_timeout_less_then_0_or_0
//     test_wait_for                       a task that is too slow
//     test_wait_for_blocking              no limit
//     test_wait_for_race_condition        a result before the limit
//     test_wait_for_cancellation_race_condition, _cancel_suppressed
//                                         the inner work swallows it
//     test_wait_for_waits_for_task_cancellation, _w_timeout_0
//     test_wait_for_reraises_exception_during_cancellation
//     test_cancel_blocking_wait_for, test_cancel_wait_for
//     test_wait_for_issue86296            a cancellation beside a result
//   WaitForShieldTests                    all three
//
// C++ has no __cause__, so what the timeouts' errors were raised from is not
// looked at.

namespace {

using namespace test;
using asyncio::shield;
using asyncio::sleep;
using asyncio::wait_for;
using std::runtime_error;

Coro<std::string> give(std::string text, Duration delay) {
  co_await sleep(delay);
  co_return text;
}

// Goes on until its time has come, whoever cancels it.
Coro<> stubborn(Duration delay, bool& ended) {
  auto& loop = asyncio::get_running_loop();
  const asyncio::TimePoint end = loop.time() + delay;
  while (loop.time() < end) {
    try {
      co_await sleep(end - loop.time());
    } catch (const CancelledError&) {
    }
  }
  ended = true;
}

TEST("what ends in time gives its result, and the timer is gone") {
  NoLeak no_leak;
  World world;
  CHECK_EQ(world.run(wait_for(give("done", 1s), 2s)), "done");
  CHECK_EQ(world.time(), 1s);
  CHECK_EQ(waits_until(world, 1h), 1);
}

TEST("without a limit it is an await") {
  NoLeak no_leak;
  World world;
  CHECK_EQ(world.run(wait_for(give("done", 0s), {})), "done");
  CHECK_EQ(world.run(wait_for(give("done", 1s), Duration::max())), "done");
}

TEST("what takes too long is cancelled, and then TimeoutError is thrown") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(give("late", 1h));
  CHECK_EQ(end_of(world, wait_for(task, 100ms)), "timed out");
  CHECK(task.cancelled());
  CHECK_EQ(world.time(), 100ms);
}

TEST("a coroutine runs in the caller's own task") {
  NoLeak no_leak;
  World world;
  auto who = []() -> Coro<std::string> {
    co_return asyncio::current_task().get_name();
  };
  auto main = [&]() -> Coro<bool> {
    std::string inside = co_await wait_for(who(), 1s);
    co_return inside == asyncio::current_task().get_name();
  };
  CHECK(world.run(main()));
}

TEST("an error passes through as it is") {
  NoLeak no_leak;
  World world;
  auto fail = []() -> Coro<> {
    throw runtime_error("broke");
    co_return;
  };
  CHECK_EQ(end_of(world, wait_for(fail(), 1s)), "broke");
}

TEST("with no time left, a future that is done gives its result") {
  NoLeak no_leak;
  World world;
  for (const Duration limit : {0s, -1s}) {
    const auto future = world.future();
    future.set_result(7);
    CHECK_EQ(world.run(wait_for(future, limit)), 7);
  }
}

TEST("with no time left, a future that was cancelled is no timeout") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  future.cancel("before");
  CHECK_EQ(end_of(world, wait_for(future, 0s)), "cancelled before");
}

TEST("with no time left, a coroutine never starts") {
  NoLeak no_leak;
  World world;
  bool started = false;
  for (const Duration limit : {0s, -1s}) {
    auto body = [&]() -> Coro<> {
      started = true;
      co_return;
    };
    CHECK_EQ(end_of(world, wait_for(body(), limit)), "timed out");
  }
  CHECK(!started);
}

TEST("with no time left, a task is cancelled and awaited") {
  NoLeak no_leak;
  World world;
  for (const Duration limit : {0s, -1s}) {
    const auto task = world.start(give("late", 10s));
    world.settle();
    CHECK_EQ(end_of(world, wait_for(task, limit)), "timed out");
    CHECK(task.cancelled());
  }
}

// Sleeps; cancelled, it takes a second to clean up, and then ends so.
Coro<> slow_to_end(bool& ended) {
  bool cancelled = false;
  try {
    co_await sleep(1h);
  } catch (const CancelledError&) {
    cancelled = true;
  }
  co_await sleep(1s);
  ended = true;
  if (cancelled) throw CancelledError();
}

TEST("it returns only when the cancelled work has ended") {
  for (const Duration limit : {1s, 0s}) {
    NoLeak no_leak;
    World world;
    bool ended = false;
    const auto task = world.start(slow_to_end(ended));
    world.settle();
    CHECK_EQ(end_of(world, wait_for(task, limit)), "timed out");
    CHECK(ended);
    CHECK_EQ(world.time(), limit + 1s);
  }
}

TEST("so it does when the work is a coroutine") {
  NoLeak no_leak;
  World world;
  bool ended = false;
  CHECK_EQ(end_of(world, wait_for(slow_to_end(ended), 1s)), "timed out");
  CHECK(ended);
}

TEST("work that does not let itself be cancelled is waited for") {
  NoLeak no_leak;
  World world;
  bool ended = false;
  CHECK_EQ(end_of(world, wait_for(stubborn(200ms, ended), 100ms)), "ok");
  CHECK(ended);
  ended = false;
  const auto waiting = world.start(wait_for(stubborn(200ms, ended), 400ms));
  world.settle();
  waiting.cancel();
  pass(world, 1s);
  CHECK(ended);
  CHECK_EQ(state_of(waiting), "ok");
}

TEST("work that swallows the cancellation gives its result") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<int> {
    try {
      co_await sleep(10s);
    } catch (const CancelledError&) {
      co_return 42;
    }
    co_return 0;
  };
  CHECK_EQ(world.run(wait_for(body(), 100ms)), 42);
  CHECK_EQ(world.run(wait_for(world.start(body()), 100ms)), 42);
}

TEST("an error of the cleanup goes before TimeoutError") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    try {
      co_await sleep(10s);
    } catch (const CancelledError&) {
      throw runtime_error("cleanup failed");
    }
  };
  const auto task = world.start(body());
  CHECK_EQ(end_of(world, wait_for(task, 100ms)), "cleanup failed");
}

TEST("a result that comes before the limit is not lost") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  world.loop.call_soon([=] { future.set_result(7); });
  CHECK_EQ(world.run(wait_for(future, 200ms)), 7);
}

// The timer and the result come in one iteration, in either order.
TEST("of a result and the limit in one iteration, the limit wins") {
  for (const bool result_first : {true, false}) {
    NoLeak no_leak;
    World world;
    const auto future = world.future();
    if (result_first) world.loop.call_later(1s, [=] { future.set_result(7); });
    const auto task = world.start(wait_for(future, 1s));
    world.turn();
    if (!result_first) {
      world.loop.call_later(1s, [=] {
        if (!future.done()) future.set_result(7);
      });
    }
    pass(world, 2s);
    CHECK_EQ(state_of(task), "timed out");
    CHECK_EQ(state_of(future), result_first ? "ok" : "cancelled ");
  }
}

TEST("a cancelled wait_for cancels what it waits for") {
  using Limit = std::optional<Duration>;
  for (const Limit limit : {Limit(), Limit(60s)}) {
    NoLeak no_leak;
    World world;
    const auto task = world.start(give("never", 1h));
    const auto waiting = world.start(wait_for(task, limit));
    world.turn();
    waiting.cancel("from outside");
    world.settle();
    CHECK(task.cancelled());
    CHECK_EQ(state_of(waiting), "cancelled from outside");
  }
}

TEST("a cancellation beside a result wins, and the result stays") {
  NoLeak no_leak;
  World world;
  const auto inner = world.start(give("done", 0s));
  bool went_on = false;
  auto body = [&]() -> Coro<> {
    co_await wait_for(inner, 100s);
    co_await sleep(1s);
    went_on = true;
  };
  const auto task = world.start(body());
  world.turn();
  world.turn();  // inner is done, and task is to be told
  CHECK(inner.done());
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(inner.result(), "done");
  CHECK(!went_on);
}

TEST("a cancellation beside the limit wins") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(wait_for(give("late", 1h), 1s));
  world.turn();
  world.loop.call_later(1s, [&] {
    task.cancel();
    world.loop.call_soon([&] { world.loop.stop(); });
  });
  world.loop.run_forever();
  world.settle();
  CHECK(task.cancelled());
}

TEST("a result that can only be moved is moved") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<std::unique_ptr<int>> {
    co_await sleep(1s);
    co_return std::make_unique<int>(7);
  };
  CHECK_EQ(*world.run(wait_for(body(), 2s)), 7);
  CHECK_EQ(*world.run(wait_for(world.start(body()), 2s)), 7);
}

TEST("with no time left, shield keeps the work, and the wait ends") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(give("done", 10ms));
  const auto shielded = shield(task);
  CHECK_EQ(end_of(world, wait_for(shielded, 0s)), "timed out");
  CHECK(!task.done());
  CHECK(shielded.cancelled());
  CHECK_EQ(run_until_complete(world.loop, Future<std::string>(task)), "done");
}

TEST("shield without a limit changes nothing") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(give("done", 100ms));
  CHECK_EQ(world.run(wait_for(shield(task), {})), "done");
  CHECK_EQ(task.result(), "done");
}

TEST("shielded work goes on after the limit") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(give("done", 100ms));
  CHECK_EQ(end_of(world, wait_for(shield(task), 10ms)), "timed out");
  CHECK(!task.done());
  CHECK_EQ(run_until_complete(world.loop, Future<std::string>(task)), "done");
  CHECK_EQ(world.time(), 100ms);
}

TEST("with_timeout gives each call a limit of its own") {
  NoLeak no_leak;
  World world;
  const auto quick = asyncio::with_timeout(1s, give);
  CHECK_EQ(world.run(quick("first", 900ms)), "first");
  CHECK_EQ(world.run(quick("second", 900ms)), "second");
  const auto late = world.start(quick("late", 2s));
  pass(world, 5s);
  CHECK_EQ(state_of(late), "timed out");
}

TEST("a hundred thousand limits that were not needed leave no timer behind") {
  NoLeak no_leak;
  World world;
  const auto done = world.future<void>();
  done.set_result();
  auto main = [&]() -> Coro<> {
    for (int i = 0; i < 100'000; ++i) co_await wait_for(done, 1h);
    const auto task = create_task(give("slow", 1h));
    for (int i = 0; i < 1'000; ++i) {
      const auto waiting = create_task(wait_for(shield(task), 2h));
      co_await sleep(0s);
      waiting.cancel();
      co_await sleep(0s);
    }
    task.cancel();
    co_await sleep(0s);
  };
  world.run(main());
  CHECK_EQ(waits_until(world, 3h), 1);
}

}  // namespace
