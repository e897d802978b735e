#include "13-synchronization/lock.hpp"

#include "13-synchronization/sync_world.hpp"

// Lock, and Held. CPython's cases (test_locks.py, LockTests, 3.12 and 3.13):
//
//   test_acquire, test_acquire_cancel, test_cancel_race
//   test_cancel_release_race (bpo-32734), test_finished_waiter_cancelled
//   test_release_not_acquired, test_release_no_waiters
//   test_context_manager
//
// Not here: test_repr (no repr in C++), test_lock, test_lock_by_with_statement
// and test_lock_doesnt_accept_loop_parameter (what does not compile).

namespace {

using namespace test;
using asyncio::Held;
using asyncio::Lock;

// Notes its number when it has the lock, and keeps it.
Coro<> take(Lock& lock, std::vector<int>& order, int number) {
  co_await lock.acquire();
  order.push_back(number);
}

TEST("a free lock is taken at once, without a turn of the loop") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<bool> {
    co_await lock.acquire();
    co_return true;
  };
  const auto task = world.start(main());
  world.turn();
  CHECK(task.done());
  CHECK(lock.locked());
}

TEST("those who wait get the lock in their order, one for each release") {
  NoLeak no_leak;
  World world;
  Lock lock;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto first = create_task(take(lock, order, 1));
    auto second = create_task(take(lock, order, 2));
    co_await turns();
    CHECK_EQ(order, std::vector<int>{});
    lock.release();
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    auto third = create_task(take(lock, order, 3));
    lock.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2}));
    lock.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2, 3}));
    CHECK(first.done() && second.done() && third.done());
  };
  world.run(main());
}

TEST("between release and the turn of the next, nobody overtakes") {
  NoLeak no_leak;
  World world;
  Lock lock;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto waits = create_task(take(lock, order, 1));
    co_await turns();
    lock.release();
    CHECK(!lock.locked());
    auto late = create_task(take(lock, order, 3));
    co_await take(lock, order, 2);  // not taken at once, though it is free
  };
  const auto task = world.start(main());
  world.settle();
  CHECK_EQ(order, std::vector<int>{1});
  lock.release();
  world.settle();
  CHECK_EQ(order, (std::vector<int>{1, 2}));
  lock.release();
  world.settle();
  CHECK_EQ(order, (std::vector<int>{1, 2, 3}));
  CHECK_EQ(state_of(task), "ok");
}

TEST("a cancelled acquire leaves nothing behind") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto task = create_task(lock.acquire());
    world.loop.call_soon([task] { task.cancel(); });
    co_await await_cancelled(task);
    lock.release();
    CHECK(!lock.locked());
    co_await lock.acquire();  // nobody stands in the way
  };
  world.run(main());
}

Coro<> lock_for(Lock& lock, Future<> until) {
  auto held = co_await lock.hold();
  if (until) co_await until;
}

TEST("release and a cancel of the first in line, together: the next has it") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<> {
    auto until = asyncio::create_future();
    auto a = create_task(lock_for(lock, until));
    co_await turns();
    CHECK(lock.locked());
    auto b = create_task(lock_for(lock, {}));
    co_await turns();
    auto c = create_task(lock_for(lock, {}));
    co_await turns();
    until.set_result();
    b.cancel();
    co_await turns();
    CHECK(!lock.locked());
    CHECK(a.done());
    CHECK(b.cancelled());
    co_await c;
  };
  world.run(main());
}

TEST("cancel, then release: one of the two who wait has the lock, not both") {
  NoLeak no_leak;
  World world;
  Lock lock;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto first = create_task(take(lock, order, 1));
    auto second = create_task(take(lock, order, 2));
    auto third = create_task(take(lock, order, 3));
    co_await turns();
    world.loop.call_soon([&lock, first] {
      first.cancel();
      lock.release();
    });
    co_await await_cancelled(first);
    CHECK_EQ(order, std::vector<int>{2});
    CHECK(second.done());
    third.cancel();
    co_await turns();
    CHECK(third.cancelled());
  };
  world.run(main());
}

TEST("who comes while the only one in line was cancelled takes a free lock") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto b = create_task(lock.acquire());
    co_await turns();
    auto c = create_task(lock.acquire());
    b.cancel();
    lock.release();
    co_await turns();
    CHECK(lock.locked());
    CHECK(b.cancelled());
    co_await c;
  };
  world.run(main());
}

TEST("who is cancelled after it was woken leaves the lock to the next") {
  NoLeak no_leak;
  World world;
  Lock lock;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto first = create_task(take(lock, order, 1));
    auto second = create_task(take(lock, order, 2));
    co_await turns();
    lock.release();
    first.cancel();  // in the same iteration
    co_await turns(2);
    CHECK(first.cancelled());
    CHECK_EQ(order, std::vector<int>{2});
  };
  world.run(main());
}

TEST("a lock that nobody holds cannot be released") {
  Lock lock;
  CHECK_WHAT(lock.release(), "Lock is not acquired.");
}

TEST("a lock that nobody waits for is free after its release") {
  NoLeak no_leak;
  World world;
  Lock lock;
  world.run(static_cast<Coro<>>(lock.acquire()));
  CHECK(lock.locked());
  lock.release();
  CHECK(!lock.locked());
}

TEST("hold() releases at the end of its scope, also by an exception") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<> {
    {
      auto held = co_await lock.hold();
      CHECK(lock.locked());
    }
    CHECK(!lock.locked());
    try {
      auto held = co_await lock.hold();
      throw std::runtime_error("breaks");
    } catch (const std::runtime_error&) {
    }
    CHECK(!lock.locked());
  };
  world.run(main());
}

TEST("a Held can be moved, and released before its end") {
  NoLeak no_leak;
  World world;
  Lock lock, other;
  auto main = [&]() -> Coro<> {
    auto held = co_await lock.hold();
    Held<Lock> moved = std::move(held);
    CHECK(lock.locked());
    moved.release();
    CHECK(!lock.locked());
    auto second = co_await other.hold();
    moved = std::move(second);
    CHECK(other.locked());
  };
  world.run(main());
  CHECK(!lock.locked());
  CHECK(!other.locked());
}

TEST("a task that waits in hold() and is cancelled never holds") {
  NoLeak no_leak;
  World world;
  Lock lock;
  auto main = [&]() -> Coro<> {
    co_await lock.acquire();
    auto task = create_task(lock.hold());
    co_await turns();
    task.cancel("enough");
    const std::string error = co_await error_of(task);
    CHECK_EQ(error, "CancelledError enough");
    CHECK(lock.locked());  // by us
  };
  world.run(main());
}

TEST("a lock goes round ten tasks without one of them being left out") {
  NoLeak no_leak;
  World world;
  Lock lock;
  std::vector<int> order;
  auto worker = [&](int number) -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      auto held = co_await lock.hold();
      order.push_back(number);
      co_await turns(number % 3 + 1);
    }
  };
  auto main = [&]() -> Coro<> {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(create_task(worker(i)));
    for (const Task<>& task : tasks) co_await task;
  };
  world.run(main());
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK_EQ(order[i], static_cast<int>(i));
  }
  CHECK_EQ(order.size(), 30);
}

}  // namespace
