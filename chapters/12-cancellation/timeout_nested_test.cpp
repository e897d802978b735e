#include <stdexcept>
#include <string>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout_world.hpp"

// timeout() within timeout(), beside other cancellations and around a group.
// CPython's cases (test_timeouts.py, 3.12 and 3.13):
//
//   test_nested_timeouts, _concurrent, _loop_busy
//   test_nested_timeout_in_finally
//   test_foreign_cancel_doesnt_timeout_if_not_expired
//   test_timeout_after_cancellation, test_cancel_in_timeout_after_cancellation
//   test_timeout_taskgroup               3.13
//
// timeout_test.cpp has the rest.

namespace {

using namespace test;
using asyncio::Timeout;
using asyncio::current_task;
using asyncio::sleep;
using asyncio::timeout;
using asyncio::timeout_at;
using std::runtime_error;

asyncio::TimePoint now() { return asyncio::get_running_loop().time(); }

TEST("of two limits that pass together, the outer one throws") {
  NoLeak no_leak;
  World world;
  Seen seen;
  std::string inner;
  auto body = [&]() -> Coro<> {
    const asyncio::TimePoint deadline = now() + 10ms;
    auto both = [&]() -> Coro<> {
      try {
        co_await timeout_at(deadline, noting(seen, 10s));
      } catch (const CancelledError&) {
        inner = "cancelled";
        throw;
      }
    };
    co_await timeout_at(deadline, both);
  };
  CHECK_EQ(end_of(world, body()), "timed out");
  CHECK_EQ(inner, "cancelled");
  CHECK(seen.expired);
}

// Computes for `work`, and then waits.
auto busy(World& world, Duration work) {
  return [&world, work]() -> Coro<> {
    world.clock->skip(work);
    return sleep(1s);
  };
}

TEST("of two limits that pass while the loop is busy, the outer one throws") {
  NoLeak no_leak;
  World world;
  std::string inner;
  auto body = [&]() -> Coro<> {
    auto both = [&]() -> Coro<> {
      try {
        co_await timeout(10ms, busy(world, 100ms));
      } catch (const asyncio::TimeoutError&) {
        inner = "timed out";
      }
      co_await sleep(10s);  // the outer one's
    };
    co_await timeout(100ms, both);
  };
  CHECK_EQ(end_of(world, body()), "timed out");
  // Both timers were due in one iteration, so two requests came: the inner
  // one takes back one, and sees the other.
  CHECK_EQ(inner, "");
  CHECK_EQ(world.time(), 100ms);
}

TEST("an outer limit that passes first ends the inner one's body") {
  NoLeak no_leak;
  World world;
  auto body = [&]() -> Coro<> {
    auto inner = [&]() -> Coro<> {
      co_await timeout(100ms, busy(world, 10ms));
    };
    co_await timeout(2ms, inner);
  };
  CHECK_EQ(end_of(world, body()), "timed out");
  CHECK_EQ(world.time(), 10ms);
}

TEST("a limit inside the cleanup that a limit has caused") {
  NoLeak no_leak;
  World world;
  bool inner = false;
  auto body = [&]() -> Coro<> {
    bool cancelled = false;
    try {
      co_await sleep(1s);
    } catch (const CancelledError&) {
      cancelled = true;
    }
    try {
      co_await timeout(10ms, sleeping(10s));
    } catch (const asyncio::TimeoutError&) {
      inner = true;
    }
    if (cancelled) throw CancelledError();
  };
  auto main = [&]() -> Coro<> { co_await timeout(10ms, body); };
  CHECK_EQ(end_of(world, main()), "timed out");
  CHECK(inner);
  CHECK_EQ(world.time(), 20ms);
}

TEST("a limit after a cancellation that was swallowed") {
  for (const bool again : {false, true}) {
    NoLeak no_leak;
    World world;
    auto cleanup = [&]() -> Coro<> {
      if (again) current_task().cancel();
      return sleep(2s);
    };
    auto body = [&]() -> Coro<> {
      try {
        current_task().cancel();
        co_await sleep(1s);
      } catch (const CancelledError&) {
      }
      co_await timeout(again ? Duration(1s) : Duration(0s), cleanup);
    };
    CHECK_EQ(end_of(world, body()), again ? "cancelled " : "timed out");
  }
}

TEST("a cancellation by somebody else is no timeout") {
  NoLeak no_leak;
  World world;
  Seen seen;
  auto cancels_itself = [&](Timeout& limit) -> Coro<> {
    current_task().cancel("me");
    return noting(seen, 10s)(limit);
  };
  auto body = [&]() -> Coro<> { co_await timeout(10s, cancels_itself); };
  CHECK_EQ(end_of(world, body()), "cancelled me");
  CHECK(!seen.expired);
}

TEST("a cancellation beside a timeout wins") {
  NoLeak no_leak;
  World world;
  auto body = [&]() -> Coro<> { co_await timeout(1s, sleeping(10s)); };
  const auto task = world.start(body());
  world.turn();
  world.loop.call_later(1s, [&] { task.cancel(); });
  CHECK_EQ(end_of(world, task), "cancelled ");
  CHECK_EQ(task.cancelling(), 1);
}

TEST("a group inside a limit throws the errors of its cleanup") {
  NoLeak no_leak;
  World world;
  std::size_t errors = 0;
  auto crash = []() -> Coro<> {
    try {
      co_await sleep(2s);
    } catch (const CancelledError&) {
      throw runtime_error("crash in cleanup");
    }
  };
  auto group = [&](asyncio::TaskGroup& its) -> Coro<> {
    its.create_task(crash());
    co_await sleep(1s);
  };
  auto grouped = [&]() -> Coro<> { co_await asyncio::task_group(group); };
  auto main = [&]() -> Coro<> {
    try {
      co_await timeout(10ms, grouped);
    } catch (const asyncio::ExceptionGroup& caught) {
      errors = caught.exceptions().size();
    }
    co_await sleep(1s);
  };
  const auto task = world.start(main());
  CHECK_EQ(end_of(world, task), "ok");
  CHECK_EQ(errors, 1);
  CHECK_EQ(task.cancelling(), 0);
}

// The group inside makes the limit's request anew, and the body then swallows
// the group's errors. So it is in CPython 3.12; in 3.13 the next await finds
// the request, though it was taken back, if the task had one before.
TEST("a request that a limit has taken back is not found by a later await") {
  NoLeak no_leak;
  World world;
  auto crash = []() -> Coro<> {
    try {
      co_await sleep(2s);
    } catch (const CancelledError&) {
      throw runtime_error("crash in cleanup");
    }
  };
  auto group = [&](asyncio::TaskGroup& its) -> Coro<> {
    its.create_task(crash());
    co_await sleep(10s);
  };
  auto grouped = [&]() -> Coro<> {
    try {
      co_await asyncio::task_group(group);
    } catch (const asyncio::ExceptionGroup&) {
    }
  };
  auto main = [&]() -> Coro<> {
    try {
      current_task().cancel();
      co_await sleep(1s);
    } catch (const CancelledError&) {
    }
    co_await timeout(10ms, grouped);
    co_await sleep(1s);
  };
  const auto task = world.start(main());
  CHECK_EQ(end_of(world, task), "ok");
  CHECK_EQ(task.cancelling(), 1);
  CHECK_EQ(world.time(), 1010ms);
}

}  // namespace
