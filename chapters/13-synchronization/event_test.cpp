#include "13-synchronization/event.hpp"

#include "13-synchronization/sync_world.hpp"

// Event. CPython's cases (test_locks.py, EventTests, 3.12 and 3.13):
//
//   test_wait, test_wait_on_set, test_wait_cancel
//   test_clear, test_clear_with_waiters
//
// Not here: test_repr (no repr in C++).

namespace {

using namespace test;
using asyncio::Event;

Coro<> note(Event& event, std::vector<int>& order, int number) {
  co_await event.wait();
  order.push_back(number);
}

TEST("set() wakes all who wait; who comes then does not wait") {
  NoLeak no_leak;
  World world;
  Event event;
  std::vector<int> order;
  CHECK(!event.is_set());
  auto main = [&]() -> Coro<> {
    auto first = create_task(note(event, order, 1));
    auto second = create_task(note(event, order, 2));
    co_await turns();
    CHECK_EQ(order, std::vector<int>{});
    auto third = create_task(note(event, order, 3));
    event.set();
    co_await turns();
    CHECK_EQ(order, (std::vector<int>{3, 1, 2}));
    CHECK(first.done() && second.done() && third.done());
  };
  world.run(main());
}

TEST("an event that is set does not cost a turn of the loop") {
  NoLeak no_leak;
  World world;
  Event event;
  event.set();
  const auto task = world.start(static_cast<Coro<>>(event.wait()));
  world.turn();
  CHECK(task.done());
}

TEST("a cancelled wait leaves nothing behind") {
  NoLeak no_leak;
  World world;
  Event event;
  auto main = [&]() -> Coro<> {
    auto task = create_task(event.wait());
    world.loop.call_soon([task] { task.cancel(); });
    co_await await_cancelled(task);
    event.set();
  };
  world.run(main());
}

TEST("a wait that is cancelled in the moment of set() is cancelled") {
  NoLeak no_leak;
  World world;
  Event event;
  auto main = [&]() -> Coro<> {
    auto task = create_task(event.wait());
    co_await turns();
    event.set();
    task.cancel();
    co_await await_cancelled(task);
  };
  world.run(main());
}

TEST("clear() takes set() back") {
  Event event;
  event.set();
  CHECK(event.is_set());
  event.clear();
  CHECK(!event.is_set());
}

TEST("who waits when set() comes goes on, even if clear() follows") {
  NoLeak no_leak;
  World world;
  Event event;
  std::vector<int> order;
  auto main = [&]() -> Coro<> {
    auto task = create_task(note(event, order, 1));
    co_await turns();
    event.set();
    event.clear();
    CHECK(!event.is_set());
    event.set();
    event.set();
    event.clear();
    co_await turns();
    CHECK_EQ(order, std::vector<int>{1});
    auto late = create_task(note(event, order, 2));
    co_await turns(3);
    CHECK(!late.done());
    event.set();
    co_await late;
  };
  world.run(main());
}

}  // namespace
