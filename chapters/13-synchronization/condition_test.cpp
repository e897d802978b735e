#include "13-synchronization/condition.hpp"

#include <stdexcept>

#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/sync_world.hpp"

// Condition. CPython's cases (test_locks.py, ConditionTests, 3.12 and 3.13):
//
//   test_wait, test_wait_cancel, test_wait_cancel_contested
//   test_wait_cancel_after_notify (bpo-32841), test_wait_unacquired
//   test_wait_for, test_wait_for_unacquired
//   test_notify, test_notify_all, _unacquired
//   test_context_manager, test_explicit_lock, test_timeout_in_block
//   test_cancelled_error_wakeup, test_cancelled_error_re_aquire
//   test_cancelled_wakeup, test_cancelled_wakeup_relock (gh-112202)
//
// test_ambiguous_loops is in lifetime_test.cpp. Not here: test_repr.

namespace {

using namespace test;
using asyncio::Condition;
using asyncio::Lock;

// Waits once, and notes its number when it has the lock again.
Coro<> wait_once(Condition& condition, std::vector<int>& order, int number,
                 bool release) {
  co_await condition.acquire();
  co_await condition.wait();
  order.push_back(number);
  if (release) condition.release();
}

TEST("a waiter goes on when it was notified and the lock is free") {
  NoLeak no_leak;
  World world;
  Condition condition;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    auto first = create_task(wait_once(condition, order, 1, false));
    auto second = create_task(wait_once(condition, order, 2, false));
    auto third = create_task(wait_once(condition, order, 3, false));
    co_await turns();
    CHECK(!condition.locked());
    co_await condition.acquire();
    condition.notify();
    co_await turns();
    CHECK_EQ(order, std::vector<int>{});
    CHECK(condition.locked());
    condition.release();
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    CHECK(condition.locked());
    condition.notify(2);
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    condition.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2}));
    condition.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2, 3}));
    CHECK(condition.locked());
    CHECK(first.done() && second.done() && third.done());
  };
  world.run(main());
}

TEST("a cancelled wait has the lock again") {
  NoLeak no_leak;
  World world;
  Condition condition;
  auto main = [&]() -> Coro<> {
    co_await condition.acquire();
    auto task = create_task(condition.wait());
    world.loop.call_soon([task] { task.cancel(); });
    co_await await_cancelled(task);
    CHECK(condition.locked());
    condition.notify();  // nobody is left
  };
  world.run(main());
}

TEST("a cancelled wait has the lock again even if it must wait for it") {
  NoLeak no_leak;
  World world;
  Condition condition;
  auto main = [&]() -> Coro<> {
    co_await condition.acquire();
    auto task = create_task(condition.wait());
    co_await turns();
    CHECK(!condition.locked());
    co_await condition.acquire();
    condition.notify();
    world.loop.call_soon([task] { task.cancel(); });
    world.loop.call_soon([&] { condition.release(); });
    co_await error_of(task);
    CHECK(condition.locked());
  };
  world.run(main());
}

TEST("who was notified and is cancelled while it waits for the lock, is") {
  NoLeak no_leak;
  World world;
  Condition condition;
  bool waited = false;
  auto wait = [&]() -> Coro<> {
    auto held = co_await condition.hold();
    waited = true;
    co_await condition.wait();
  };
  auto main = [&]() -> Coro<> {
    auto task = create_task(wait());
    co_await turns();
    co_await condition.acquire();
    condition.notify();
    co_await turns();
    task.cancel();
    co_await turns();
    CHECK(!task.done());  // it does not go without the lock
    condition.release();
    co_await turns();
    CHECK(task.cancelled());
    CHECK(waited);
    CHECK(!condition.locked());
  };
  world.run(main());
}

TEST("without the lock, nobody waits and nobody notifies") {
  NoLeak no_leak;
  World world;
  Condition condition;
  auto main = [&]() -> Coro<std::string> {
    std::string error = co_await error_of(condition.wait());
    co_return error;
  };
  CHECK_EQ(world.run(main()), "cannot wait on un-acquired lock");
  CHECK_WHAT(condition.notify(), "cannot notify on un-acquired lock");
  CHECK_WHAT(condition.notify_all(), "cannot notify on un-acquired lock");
}

TEST("wait_for() looks again each time, and gives what the predicate gave") {
  NoLeak no_leak;
  World world;
  Condition condition;
  int value = 0;
  auto waiter = [&]() -> Coro<int> {
    auto held = co_await condition.hold();
    auto result = co_await condition.wait_for([&] { return value; });
    co_return result;
  };
  auto main = [&]() -> Coro<> {
    auto task = create_task(waiter());
    co_await turns();
    for (const int next : {0, 7}) {
      {
        auto held = co_await condition.hold();
        value = next;
        condition.notify();
      }
      co_await turns(3);
    }
    CHECK(task.done());
    CHECK_EQ(task.result(), 7);
  };
  world.run(main());
}

TEST("wait_for() needs the lock only where it has to wait") {
  NoLeak no_leak;
  World world;
  Condition condition;
  auto main = [&]() -> Coro<> {
    const int three = co_await condition.wait_for([] { return 3; });
    CHECK_EQ(three, 3);
    auto never = condition.wait_for([] { return false; });
    const std::string error = co_await error_of(std::move(never));
    CHECK_EQ(error, "cannot wait on un-acquired lock");
  };
  world.run(main());
}

TEST("notify(n) wakes n, in order, or as many as there are") {
  NoLeak no_leak;
  World world;
  Condition condition;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    auto first = create_task(wait_once(condition, order, 1, true));
    auto second = create_task(wait_once(condition, order, 2, true));
    auto third = create_task(wait_once(condition, order, 3, true));
    co_await turns();
    co_await condition.acquire();
    condition.notify(1);
    condition.release();
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    co_await condition.acquire();
    condition.notify(1);
    condition.notify(2048);
    condition.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2, 3}));
    CHECK(first.done() && second.done() && third.done());
  };
  world.run(main());
}

TEST("notify_all() wakes all") {
  NoLeak no_leak;
  World world;
  Condition condition;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    auto first = create_task(wait_once(condition, order, 1, true));
    auto second = create_task(wait_once(condition, order, 2, true));
    co_await turns();
    co_await condition.acquire();
    condition.notify_all();
    condition.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2}));
    CHECK(first.done() && second.done());
  };
  world.run(main());
}

TEST("a condition of a given lock locks that one, and two can share it") {
  NoLeak no_leak;
  World world;
  Lock lock;
  Condition one(lock), two(lock);
  auto main = [&]() -> Coro<> {
    {
      auto held = co_await one.hold();
      CHECK(lock.locked() && one.locked() && two.locked());
    }
    CHECK(!lock.locked());
    {
      auto held = co_await lock.hold();
      CHECK(one.locked() && two.locked());
    }
    CHECK(!one.locked());
  };
  world.run(main());
}

TEST("wait() can have a time limit, and has the lock after it") {
  NoLeak no_leak;
  World world;
  Condition condition;
  auto main = [&]() -> Coro<> {
    auto held = co_await condition.hold();
    auto limited = asyncio::wait_for(condition.wait(), 500ms);
    const std::string error = co_await error_of(std::move(limited));
    CHECK_EQ(error, "timed out");
    CHECK(condition.locked());
  };
  world.run(main());
  CHECK_EQ(world.time(), 500ms);
}

TEST("the message of a cancel comes through, from either of the two waits") {
  for (const bool notified : {false, true}) {
    NoLeak no_leak;
    World world;
    Condition condition;
    bool wake = false;
    std::string seen;
    auto waiter = [&]() -> Coro<> {
      auto held = co_await condition.hold();
      seen = co_await error_of(condition.wait_for([&] { return wake; }));
      throw CancelledError("on");
    };
    auto main = [&]() -> Coro<> {
      auto task = create_task(waiter());
      co_await turns();
      if (notified) {
        co_await condition.acquire();
        wake = true;
        condition.notify();
        co_await turns();  // it waits for the lock now
      }
      task.cancel("foo");
      if (notified) condition.release();
      const std::string error = co_await error_of(task);
      CHECK_EQ(error, "CancelledError on");
    };
    world.run(main());
    CHECK_EQ(seen, "CancelledError foo");
  }
}

// Two consumers of a state; the first one to be woken is cancelled.
struct Consumers {
  Coro<> consume() {
    auto held = co_await condition.hold();
    while (state >= 0) {
      co_await condition.wait_for([this] { return state != 0; });
      if (state > 0) --state;
      if (state < 0) break;
      condition.notify_all();
    }
  }
  Coro<> run(int turns_before_cancel) {
    auto first = create_task(consume());
    auto second = create_task(consume());
    co_await turns();
    auto held = co_await condition.hold();
    state = 1;
    condition.notify();
    co_await turns(turns_before_cancel);
    first.cancel();
    auto until = condition.wait_for([this] { return state == 0; });
    const std::string end =
        co_await error_of(asyncio::wait_for(std::move(until), 10ms));
    CHECK_EQ(end, "ok");  // somebody has taken it
    CHECK_EQ(state, 0);
    CHECK(first.cancelled());
    state = -1;
    condition.notify_all();
    held.release();
    co_await second;
  }
  Condition condition;
  int state = 0;
};

TEST("a notification that finds its waiter cancelled goes to another") {
  for (const int turns_before_cancel : {0, 1}) {
    NoLeak no_leak;
    World world;
    Consumers consumers;
    world.run(consumers.run(turns_before_cancel));
  }
}

}  // namespace
