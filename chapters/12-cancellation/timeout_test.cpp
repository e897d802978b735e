#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/timeout_world.hpp"

// timeout and timeout_at. CPython's cases (test_timeouts.py, 3.12 and 3.13):
//
//   test_timeout_basic, test_timeout_at_basic, test_waiter_cancelled
//   test_timeout_not_called, test_timeout_disabled, test_timeout_at_disabled
//   test_timeout_zero, _zero_sleep_zero, _in_the_past_sleep_zero
//   test_foreign_exception_passed, test_foreign_exception_on_timeout
//   test_outer_task_is_not_cancelled
//   test_reschedule
//   test_timeout_already_entered, _double_enter, _finished, _expired,
//   _expiring, _not_entered, _without_task
//
// timeout_nested_test.cpp has the rest.
//
// Not here: test_repr_* (no repr in C++; when() and expired() tell the same),
// test_timeout_exception_cause, test_timeout_exception_context and
// test_foreign_exception_on_timeout_2 (an exception has no cause in C++).

namespace {

using namespace test;
using asyncio::Timeout;
using asyncio::sleep;
using asyncio::timeout;
using asyncio::timeout_at;
using std::runtime_error;

asyncio::TimePoint now() { return asyncio::get_running_loop().time(); }

TEST("a body that takes too long is cancelled, and TimeoutError is thrown") {
  NoLeak no_leak;
  World world;
  Seen seen;
  auto body = [&]() -> Coro<> { co_await timeout(10ms, noting(seen, 10s)); };
  const auto task = world.start(body());
  CHECK_EQ(end_of(world, task), "timed out");
  CHECK(seen.cancelled);
  CHECK(seen.expired);
  CHECK_EQ(world.time(), 10ms);
  CHECK_EQ(task.cancelling(), 0);
}

TEST("timeout_at takes the point of time") {
  NoLeak no_leak;
  World world;
  std::optional<asyncio::TimePoint> seen;
  const asyncio::TimePoint deadline = world.loop.time() + 10ms;
  auto late = [&](Timeout& limit) -> Coro<> {
    seen = limit.when();
    co_await sleep(10s);
  };
  CHECK_EQ(end_of(world, timeout_at(deadline, late)), "timed out");
  CHECK(seen == deadline);
  CHECK_EQ(world.time(), 10ms);
}

TEST("a body that ends in time gives its result, and no timer is left") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<std::unique_ptr<int>> {
    co_await sleep(10ms);
    co_return std::make_unique<int>(7);
  };
  auto main = [&]() -> Coro<int> {
    auto result = co_await timeout(10s, body);
    co_return *result;
  };
  CHECK_EQ(world.run(main()), 7);
  CHECK_EQ(waits_until(world, 1h), 1);
}

TEST("the delay counts from the call of timeout()") {
  NoLeak no_leak;
  World world;
  auto main = [&]() -> Coro<> {
    auto limited = timeout(2s, sleeping(1500ms));
    co_await sleep(1s);
    co_await std::move(limited);
  };
  CHECK_EQ(end_of(world, main()), "timed out");
  CHECK_EQ(world.time(), 2s);
}

TEST("no delay, or one without end, is no limit") {
  NoLeak no_leak;
  World world;
  Seen seen;
  auto main = [&]() -> Coro<> {
    co_await timeout({}, noting(seen, 10s));
    co_await timeout(Duration::max(), noting(seen, 10s));
    co_await timeout_at({}, noting(seen, 10s));
  };
  CHECK_EQ(end_of(world, main()), "ok");
  CHECK(!seen.expired);
}

TEST("with no time left the body begins, and ends at its first wait") {
  for (const Duration delay : {0s, -11s}) {
    for (const Duration work : {10s, 0s}) {
      NoLeak no_leak;
      World world;
      Seen seen;
      auto body = [&]() -> Coro<> {
        co_await timeout(delay, noting(seen, work));
      };
      CHECK_EQ(end_of(world, body()), "timed out");
      CHECK(seen.cancelled);
      CHECK_EQ(world.time(), 0s);
    }
  }
}

TEST("a body that does not wait is not cancelled") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<int> { co_return 42; };
  auto main = [&]() -> Coro<int> {
    int result = co_await timeout(0s, body);
    co_await sleep(1s);
    co_return result;
  };
  CHECK_EQ(world.run(main()), 42);
}

TEST("an error of the body passes, before the limit and after it") {
  NoLeak no_leak;
  World world;
  auto fails = []() -> Coro<> {
    throw runtime_error("broke");
    co_return;
  };
  auto crashes = []() -> Coro<> {
    try {
      co_await sleep(1s);
    } catch (const CancelledError&) {
      throw runtime_error("cleanup failed");
    }
  };
  auto first = [&]() -> Coro<> { co_await timeout(10ms, fails); };
  auto second = [&]() -> Coro<> { co_await timeout(10ms, crashes); };
  CHECK_EQ(end_of(world, first()), "broke");
  const auto task = world.start(second());
  CHECK_EQ(end_of(world, task), "cleanup failed");
  CHECK_EQ(task.cancelling(), 0);
}

TEST("a timeout leaves its task to go on") {
  NoLeak no_leak;
  World world;
  auto body = [&]() -> Coro<> {
    try {
      co_await timeout(1ms, sleeping(10s));
    } catch (const asyncio::TimeoutError&) {
    }
    co_await sleep(1s);
  };
  CHECK_EQ(end_of(world, body()), "ok");
  CHECK_EQ(world.time(), 1001ms);
}

TEST("reschedule moves the deadline, or takes it away") {
  NoLeak no_leak;
  World world;
  Timeout* limit = nullptr;
  auto body = [&](Timeout& its) -> Coro<> {
    limit = &its;
    co_await sleep(50s);
  };
  const asyncio::TimePoint start = world.loop.time();
  auto main = [&]() -> Coro<> { co_await timeout(10s, body); };
  const auto task = world.start(main());
  world.settle();
  CHECK(limit->when() == start + 10s);
  world.loop.call_soon([&] { limit->reschedule(start + 30s); });
  pass(world, 20s);
  CHECK(limit->when() == start + 30s);
  CHECK(!limit->expired());
  world.loop.call_soon([&] { limit->reschedule({}); });
  pass(world, 20s);
  CHECK(!limit->when().has_value());
  CHECK(!task.done());
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
}

TEST("a Timeout is entered once") {
  NoLeak no_leak;
  World world;
  auto body = [](Timeout& limit) -> Coro<> {
    CHECK_WHAT(limit.enter(), "has already been entered");
    co_return;
  };
  auto main = [&]() -> Coro<> {
    co_await timeout(10ms, body);
    Timeout limit(now() + 10ms);
    limit.enter();
    limit.leave({});
    CHECK_WHAT(limit.enter(), "has already been entered");
    CHECK_WHAT(limit.reschedule(now()), "finished Timeout");
    Timeout late(now() + 10ms);
    late.enter();
    try {
      co_await sleep(1s);
    } catch (const CancelledError&) {
      CHECK_THROWS(asyncio::TimeoutError, late.leave(std::current_exception()));
    }
    CHECK_WHAT(late.reschedule(now()), "expired Timeout");
  };
  CHECK_EQ(end_of(world, main()), "ok");
}

TEST("a Timeout that has expired cannot be moved") {
  NoLeak no_leak;
  World world;
  bool checked = false;
  auto body = [&](Timeout& limit) -> Coro<> {
    try {
      co_await sleep(1s);
    } catch (const CancelledError&) {
      CHECK_WHAT(limit.reschedule(now()), "expiring Timeout");
      checked = true;
    }
  };
  auto main = [&]() -> Coro<> { co_await timeout(10ms, body); };
  CHECK_EQ(end_of(world, main()), "ok");
  CHECK(checked);
}

TEST("a Timeout that was not entered cannot be moved") {
  Timeout limit({});
  CHECK_WHAT(limit.reschedule({}), "has not been entered");
}

TEST("a Timeout needs a task") {
  NoLeak no_leak;
  World world;
  std::string error;
  world.loop.call_soon([&] {
    Timeout limit({});
    try {
      limit.enter();
    } catch (const runtime_error& caught) {
      error = caught.what();
    }
    CHECK_WHAT(limit.reschedule({}), "has not been entered");
  });
  world.settle();
  CHECK_EQ(error, "Timeout should be used inside a task");
}

TEST("what a body has captured lives for as long as it runs") {
  NoLeak no_leak;
  World world;
  const auto token = std::make_shared<int>(7);
  auto make = [&] {
    auto body = [copy = token]() -> Coro<int> {
      co_await sleep(1s);
      co_return *copy;
    };
    return timeout(2s, std::move(body));
  };
  auto main = [&]() -> Coro<int> {
    int result = co_await make();
    co_return result;
  };
  CHECK_EQ(world.run(main()), 7);
  CHECK_EQ(token.use_count(), 1);
}

}  // namespace
