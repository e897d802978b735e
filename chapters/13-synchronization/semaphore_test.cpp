#include "13-synchronization/semaphore.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "11-gather/gather.hpp"
#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/limit.hpp"
#include "13-synchronization/sync_world.hpp"

// Semaphore, BoundedSemaphore and with_semaphore. CPython's cases
// (test_locks.py, SemaphoreTests, 3.12 and 3.13):
//
//   test_initial_value_zero, test_semaphore_value, test_acquire
//   test_acquire_cancel, test_acquire_cancel_before_awoken
//   test_acquire_hang, test_acquire_no_hang
//   test_release_not_acquired, test_release_no_waiters
//   test_acquire_fifo_order, _2, _3, _4 (gh-90155)
//
// Not here: test_repr (no repr in C++), test_semaphore (does not compile).

namespace {

using namespace test;
using asyncio::BoundedSemaphore;
using asyncio::Semaphore;

Coro<> take(Semaphore& semaphore, std::vector<int>& order, int number) {
  co_await semaphore.acquire();
  order.push_back(number);
}

TEST("a semaphore of zero is locked, and one below zero is refused") {
  Semaphore none(0);
  CHECK(none.locked());
  CHECK_THROWS(std::invalid_argument, Semaphore(-1));
  CHECK_THROWS(std::invalid_argument, BoundedSemaphore(-1));
}

TEST("as many as there are permits go on at once, the others wait") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(3);
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    co_await semaphore.acquire();
    co_await semaphore.acquire();
    CHECK(!semaphore.locked());
    auto first = create_task(take(semaphore, order, 1));
    auto second = create_task(take(semaphore, order, 2));
    auto third = create_task(take(semaphore, order, 3));
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    CHECK(semaphore.locked());
    auto fourth = create_task(take(semaphore, order, 4));
    semaphore.release();
    semaphore.release();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{1, 2, 3}));
    CHECK(semaphore.locked());
    CHECK(!fourth.done());
    semaphore.release();
    co_await fourth;
  };
  world.run(main());
}

TEST("a cancelled acquire takes no permit") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore;
  auto main = [&]() -> Coro<> {
    co_await semaphore.acquire();
    auto task = create_task(semaphore.acquire());
    world.loop.call_soon([task] { task.cancel(); });
    co_await await_cancelled(task);
    semaphore.release();
    CHECK(!semaphore.locked());
  };
  world.run(main());
}

TEST("a permit passes by those who were cancelled before it came") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  auto main = [&]() -> Coro<> {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 4; ++i) {
      tasks.push_back(create_task(semaphore.acquire()));
    }
    co_await turns();
    tasks[0].cancel();
    tasks[1].cancel();
    semaphore.release();
    co_await turns(2);
    CHECK(tasks[2].done());
    CHECK(!tasks[3].done());
    tasks[3].cancel();
    co_await turns();
  };
  world.run(main());
}

TEST("cancel, then release: the second in line is not left hanging") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  auto main = [&]() -> Coro<> {
    auto first = create_task(semaphore.acquire());
    auto second = create_task(semaphore.acquire());
    co_await turns();
    first.cancel();
    semaphore.release();
    co_await turns(2);
    CHECK(semaphore.locked());
    CHECK(second.done());
  };
  world.run(main());
}

TEST("who is cancelled after it was given a permit passes it on") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  auto main = [&]() -> Coro<> {
    auto first = create_task(semaphore.acquire());
    auto second = create_task(semaphore.acquire());
    co_await turns();
    semaphore.release();
    first.cancel();
    co_await turns(2);
    CHECK(first.cancelled());
    CHECK_EQ(state_of(second), "ok");
    semaphore.release();
    CHECK(!semaphore.locked());
  };
  world.run(main());
}

TEST("a permit that comes back from the last in line is free again") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(1);
  Task<> second;
  auto holder = [&]() -> Coro<> {
    {
      auto held = co_await semaphore.hold();
      co_await turns();
    }
    second.cancel();  // which was given the permit a moment ago
  };
  auto never = [&]() -> Coro<> {
    auto held = co_await semaphore.hold();
    CHECK(false);
  };
  auto main = [&]() -> Coro<> {
    auto first = create_task(holder());
    second = create_task(never());
    co_await first;
    co_await await_cancelled(second);
    co_await asyncio::wait_for(semaphore.acquire(), 1s);
  };
  world.run(main());
  second = {};
}

TEST("a bounded semaphore is not released more often than acquired") {
  NoLeak no_leak;
  World world;
  BoundedSemaphore semaphore(2);
  CHECK_WHAT(semaphore.release(), "released too many times");
  auto main = [&]() -> Coro<> {
    co_await semaphore.acquire();
    semaphore.release();
    auto held = co_await semaphore.hold();
    semaphore.release();
    CHECK_THROWS(std::invalid_argument, semaphore.release());
    // and the Held, which has nothing to release any more, does not complain
  };
  world.run(main());
  CHECK(!semaphore.locked());
  CHECK_THROWS(std::invalid_argument, semaphore.release());
}

TEST("one that is not bounded grows by a release") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  semaphore.release();
  semaphore.release();
  auto main = [&]() -> Coro<> {
    co_await semaphore.acquire();
    co_await semaphore.acquire();
    CHECK(semaphore.locked());
  };
  world.run(main());
}

TEST("three tasks that come again and again take turns") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(1);
  std::vector<int> order;
  auto worker = [&](int number) -> Coro<> {
    for (int i = 0; i < 2; ++i) {
      co_await semaphore.acquire();
      order.push_back(number);
      co_await asyncio::sleep(10ms);
      semaphore.release();
    }
  };
  auto main = [&]() -> Coro<> {
    auto a = worker(1), b = worker(2), c = worker(3);
    co_await asyncio::gather(std::move(a), std::move(b), std::move(c));
  };
  world.run(main());
  CHECK_EQ(order, (std::vector<int>{1, 2, 3, 1, 2, 3}));
}

TEST("who releases and asks again stands behind those who wait") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(1);
  std::vector<int> order;
  auto twice = [&]() -> Coro<> {
    co_await take(semaphore, order, 2);
    semaphore.release();
    co_await take(semaphore, order, 4);
  };
  auto main = [&]() -> Coro<> {
    auto first = create_task(take(semaphore, order, 1));
    auto second = create_task(twice());
    auto third = create_task(take(semaphore, order, 3));
    co_await turns();
    semaphore.release();
    semaphore.release();
    co_await asyncio::gather(first, second, third);
  };
  world.run(main());
  CHECK_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST("the order holds when the first in line has been cancelled") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    auto first = create_task(take(semaphore, order, 1));
    auto second = create_task(take(semaphore, order, 2));
    auto third = create_task(take(semaphore, order, 3));
    co_await turns();
    first.cancel();
    co_await turns();
    semaphore.release();
    semaphore.release();
    co_await second;
    co_await third;
  };
  world.run(main());
  CHECK_EQ(order, (std::vector<int>{2, 3}));
}

TEST("who had to stand behind a woken one, with permits left, is woken then") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  std::vector<int> order;
  Task<> fourth;
  auto last = [&]() -> Coro<> {
    order.push_back(4);
    co_return;
  };
  auto first = [&]() -> Coro<> {
    co_await semaphore.acquire();
    fourth = create_task(last());
    order.push_back(1);
  };
  auto second = [&]() -> Coro<> {
    semaphore.release();
    semaphore.release();
    semaphore.release();
    CHECK(semaphore.locked());  // the first is woken, and did not run yet
    co_await take(semaphore, order, 2);
  };
  auto main = [&]() -> Coro<> {
    auto a = create_task(first());
    auto b = create_task(second());
    auto c = create_task(take(semaphore, order, 3));
    co_await turns(2);
    co_await asyncio::gather(a, b, c, fourth);
  };
  world.run(main());
  CHECK_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

struct Busy {
  int now = 0;
  int most = 0;
};

Coro<int> work(Busy& busy, int number) {
  busy.most = std::max(busy.most, ++busy.now);
  co_await asyncio::sleep(10ms * number);
  --busy.now;
  if (number == 3) throw std::runtime_error("three breaks");
  co_return number;
}

TEST("a wrapped function has no more calls under way than permits") {
  NoLeak no_leak;
  World world;
  Busy busy;
  Semaphore semaphore(2);
  auto limited = asyncio::with_semaphore(semaphore, work);
  auto main = [&]() -> Coro<int> {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 8; ++i) {
      tasks.push_back(create_task(limited(std::ref(busy), i)));
    }
    int sum = 0;
    for (const Task<int>& task : tasks) {
      try {
        const int result = co_await task;
        sum += result;
      } catch (const std::runtime_error&) {
        sum += 100;
      }
    }
    co_return sum;
  };
  CHECK_EQ(world.run(main()), 0 + 1 + 2 + 4 + 5 + 6 + 7 + 100);
  CHECK_EQ(busy.most, 2);
  CHECK(!semaphore.locked());
}

TEST("a wrapped function that keeps state is kept for the whole call") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(1);
  auto main = [&]() -> Coro<std::string> {
    auto later = [](std::string text) -> Coro<std::string> {
      co_await turns();
      co_return text + "!";
    };
    auto call = asyncio::with_semaphore(semaphore, later)(std::string("hey"));
    std::string text = co_await std::move(call);
    co_return text;
  };
  CHECK_EQ(world.run(main()), "hey!");
}

}  // namespace
