#include "13-synchronization/queue.hpp"

#include <memory>

#include "12-cancellation/task_group.hpp"
#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/sync_world.hpp"

// Queue, PriorityQueue and LifoQueue: put and get. CPython's cases
// (test_queues.py, 3.12 and 3.13):
//
//   test_empty, test_full, test_order (all three), test_maxsize
//   test_blocking_get, _get_wait, test_get_with_putters
//   test_nonblocking_get, _exception, test_get_cancelled_race
//   test_get_with_waiting_putters, test_why_are_getters_waiting
//   test_cancelled_getters_not_being_held_in_self_getters
//   test_blocking_put, _put_wait, test_nonblocking_put, _exception
//   test_get_cancel_drop_one_pending_reader, _many_pending_readers
//   test_put_cancel_drop, test_put_cancelled, _race
//   test_put_with_waiting_getters, test_why_are_putters_waiting
//   test_cancelled_puts_not_being_held_in_self_putters
//   test_cancelled_put_silence_value_error_exception
//
// queue_join_test.cpp has task_done, join and shutdown. Not here: test_repr,
// test_str, test_generic_alias (no repr, and a type is a type),
// test_float_maxsize (a size is a whole number).

namespace {

using namespace test;
using asyncio::LifoQueue;
using asyncio::PriorityQueue;
using asyncio::Queue;
using asyncio::QueueEmpty;
using asyncio::QueueFull;

template <class Q>
Coro<std::vector<int>> through(Q& queue, std::vector<int> items) {
  for (const int item : items) co_await queue.put(item);
  std::vector<int> out;
  while (!queue.empty()) {
    const int item = co_await queue.get();
    out.push_back(item);
  }
  co_return out;
}

TEST("items come out in their order, the last first, or the least first") {
  NoLeak no_leak;
  World world;
  Queue<int> fifo;
  LifoQueue<int> lifo;
  PriorityQueue<int> priority;
  const std::vector<int> in = {5, 1, 3, 2, 4};
  CHECK_EQ(world.run(through(fifo, in)), in);
  CHECK_EQ(world.run(through(lifo, in)), (std::vector<int>{4, 2, 3, 1, 5}));
  CHECK_EQ(world.run(through(priority, in)),
           (std::vector<int>{1, 2, 3, 4, 5}));
}

TEST("a priority queue can have an order of its own") {
  NoLeak no_leak;
  World world;
  PriorityQueue<int, std::greater<int>> greatest;
  CHECK_EQ(world.run(through(greatest, {1, 3, 2})),
           (std::vector<int>{3, 2, 1}));
}

TEST("a queue knows its size, when it is empty, and when it is full") {
  Queue<int> queue(2);
  CHECK_EQ(queue.maxsize(), 2);
  CHECK(queue.empty());
  queue.put_nowait(1);
  CHECK(!queue.empty() && !queue.full());
  queue.put_nowait(2);
  CHECK(queue.full());
  CHECK_EQ(queue.qsize(), 2);
  Queue<int> endless, negative(-1);
  for (int i = 0; i < 1000; ++i) endless.put_nowait(i);
  negative.put_nowait(1);
  CHECK(!endless.full() && !negative.full());
}

TEST("without waiting: an item, or QueueEmpty; room, or QueueFull") {
  Queue<int> queue(1);
  CHECK_THROWS(QueueEmpty, queue.get_nowait());
  queue.put_nowait(1);
  CHECK_THROWS(QueueFull, queue.put_nowait(2));
  CHECK_EQ(queue.get_nowait(), 1);
  CHECK_THROWS(QueueEmpty, queue.get_nowait());
}

TEST("put() waits while the queue is full") {
  NoLeak no_leak;
  World world;
  Queue<int> queue(2);
  std::vector<int> put;
  auto putter = [&]() -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      co_await queue.put(i);
      put.push_back(i);
    }
  };
  auto main = [&]() -> Coro<> {
    auto task = create_task(putter());
    co_await turns(2);
    CHECK_EQ(put, (std::vector<int>{0, 1}));
    const int first = co_await queue.get();
    CHECK_EQ(first, 0);
    co_await turns();
    CHECK_EQ(put, (std::vector<int>{0, 1, 2}));
    CHECK(task.done());
    CHECK_EQ(queue.get_nowait(), 1);
    CHECK_EQ(queue.get_nowait(), 2);
  };
  world.run(main());
}

TEST("get() waits while the queue is empty") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<int> {
    world.loop.call_later(10ms, [&] { queue.put_nowait(1); });
    const int item = co_await queue.get();
    co_return item;
  };
  CHECK_EQ(world.run(main()), 1);
  CHECK_EQ(world.time(), 10ms);
}

TEST("get_nowait() makes room for who waits in put()") {
  NoLeak no_leak;
  World world;
  Queue<int> queue(1);
  auto main = [&]() -> Coro<> {
    world.loop.call_later(10ms, [&] { queue.get_nowait(); });
    co_await queue.put(1);
    co_await queue.put(2);
  };
  world.run(main());
  CHECK_EQ(world.time(), 10ms);
  CHECK_EQ(queue.get_nowait(), 2);
}

TEST("a producer and a consumer go through a queue of one") {
  NoLeak no_leak;
  World world;
  Queue<std::string> queue(1);
  std::string all;
  auto producer = [&]() -> Coro<> {
    for (const char* word : {"a", "b", "c", "d", "e"}) {
      co_await queue.put(std::string(word));
    }
  };
  auto consumer = [&]() -> Coro<> {
    while (all.size() < 5) {
      std::string word = co_await queue.get();
      all += word;
    }
  };
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    group.create_task(producer());
    group.create_task(consumer());
    co_return;
  };
  world.run(asyncio::task_group(body));
  CHECK_EQ(all, "abcde");
}

TEST("who waits in put() gets its item in, while others get theirs out") {
  NoLeak no_leak;
  World world;
  Queue<std::string> queue(1);
  auto main = [&]() -> Coro<std::string> {
    auto first = create_task(queue.put("a"));
    auto second = create_task(queue.put("b"));
    std::string a = co_await queue.get();
    std::string b = co_await queue.get();
    co_return a + b;
  };
  CHECK_EQ(world.run(main()), "ab");
}

TEST("many who wait in put() all come in when room is made at once") {
  NoLeak no_leak;
  World world;
  Queue<int> queue(2);
  auto main = [&]() -> Coro<> {
    std::vector<Task<>> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(create_task(queue.put(i)));
    co_await turns();
    queue.get_nowait();
    queue.get_nowait();
    for (const Task<>& task : tasks) co_await task;
    CHECK_EQ(queue.get_nowait(), 2);
    CHECK_EQ(queue.get_nowait(), 3);
  };
  world.run(main());
}

TEST("an item goes to who has not been cancelled") {
  NoLeak no_leak;
  World world;
  Queue<std::string> queue;
  auto main = [&]() -> Coro<> {
    auto first = create_task(queue.get());
    auto second = create_task(queue.get());
    co_await turns();
    first.cancel();
    co_await turns();
    CHECK(first.done());
    co_await queue.put("a");
    co_await turns();
    const std::string item = co_await second;
    CHECK_EQ(item, "a");
  };
  world.run(main());
}

TEST("a get() that is cancelled after it was woken loses no item") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto reader = create_task(queue.get());
    co_await turns();
    queue.put_nowait(1);
    queue.put_nowait(2);
    reader.cancel();
    co_await await_cancelled(reader);
    const int first = co_await queue.get();
    CHECK_EQ(first, 1);
  };
  world.run(main());
}

TEST("a woken get() that is cancelled wakes the next one (bpo-23812)") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto first = create_task(queue.get());
    auto second = create_task(queue.get());
    auto third = create_task(queue.get());
    co_await turns();
    queue.put_nowait(1);
    queue.put_nowait(2);
    first.cancel();
    co_await await_cancelled(first);
    const int last = co_await third;
    CHECK(second.done());
    CHECK_EQ(second.result() + last, 3);
  };
  world.run(main());
}

TEST("a put() that is cancelled after it was woken has put nothing in") {
  NoLeak no_leak;
  World world;
  Queue<int> queue(1);
  auto main = [&]() -> Coro<> {
    queue.put_nowait(1);
    auto writer = create_task(queue.put(2));
    co_await turns();
    CHECK_EQ(queue.get_nowait(), 1);
    writer.cancel();
    co_await await_cancelled(writer);
    CHECK(queue.empty());
    co_await queue.put(3);
    CHECK_EQ(queue.get_nowait(), 3);
  };
  world.run(main());
}

TEST("a woken put() that is cancelled lets the next one in") {
  NoLeak no_leak;
  World world;
  Queue<int> queue(1);
  auto main = [&]() -> Coro<> {
    queue.put_nowait(1);
    auto second = create_task(queue.put(2));
    auto third = create_task(queue.put(3));
    co_await turns();
    CHECK_EQ(queue.get_nowait(), 1);
    second.cancel();
    co_await turns(2);
    CHECK(second.cancelled());
    CHECK(third.done());
    CHECK_EQ(queue.get_nowait(), 3);
  };
  world.run(main());
}

TEST("of three who put, the cancelled one is left out") {
  NoLeak no_leak;
  World world;
  Queue<std::string> queue(1);
  auto main = [&]() -> Coro<> {
    auto a = create_task(queue.put("a"));
    auto b = create_task(queue.put("b"));
    auto c = create_task(queue.put("X"));
    co_await turns();
    CHECK(a.done());
    CHECK(!b.done());
    c.cancel();
    co_await turns();
    CHECK(c.done());
    CHECK_EQ(queue.get_nowait(), "a");
    co_await turns();
    CHECK_EQ(queue.get_nowait(), "b");
    co_await b;
    CHECK(queue.empty());
  };
  world.run(main());
}

TEST("a getter who finds the item gone goes on waiting, and can be cancelled") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto first = create_task(queue.get());
    auto second = create_task(queue.get());
    co_await turns();
    queue.put_nowait(1);
    CHECK_EQ(queue.get_nowait(), 1);  // faster than the one who was woken
    co_await turns();
    CHECK(!first.done());
    queue.put_nowait(2);  // for the second: the first has gone to the end
    co_await turns();
    CHECK_EQ(state_of(second), "ok");
    first.cancel();
    co_await await_cancelled(first);
  };
  world.run(main());
}

TEST("who is cancelled when the item is gone again hears of it at once") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto task = create_task(queue.get());
    co_await turns();
    queue.put_nowait(1);
    queue.get_nowait();
    task.cancel("now");
    co_await turns();
    CHECK_EQ(state_of(task), "cancelled now");
  };
  world.run(main());
}

TEST("a cancel that was taken back does not let a getter out") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto task = create_task(queue.get());
    co_await turns();
    queue.put_nowait(1);
    queue.get_nowait();
    task.cancel();
    task.uncancel();
    co_await turns();
    CHECK(!task.done());
    queue.put_nowait(2);
    const int item = co_await task;
    CHECK_EQ(item, 2);
  };
  world.run(main());
}

TEST("a get() can have a time limit, and leaves nothing behind") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto limited = asyncio::wait_for(queue.get(), 100ms);
    const std::string error = co_await error_of(std::move(limited));
    CHECK_EQ(error, "timed out");
    queue.put_nowait(1);
    const int item = co_await asyncio::wait_for(queue.get(), 100ms);
    CHECK_EQ(item, 1);
  };
  world.run(main());
}

TEST("an item that can only be moved goes through, every way") {
  using Item = std::unique_ptr<int>;
  NoLeak no_leak;
  World world;
  Queue<Item> queue(1);
  auto main = [&]() -> Coro<> {
    co_await queue.put(std::make_unique<int>(1));
    auto putter = create_task(queue.put(std::make_unique<int>(2)));
    co_await turns();
    Item first = co_await queue.get();
    CHECK_EQ(*first, 1);
    co_await putter;
    auto getter = create_task(queue.get());
    Item second = co_await getter;
    CHECK_EQ(*second, 2);
    co_await asyncio::wait_for(queue.put(std::make_unique<int>(3)), 1s);
    Item third = co_await asyncio::wait_for(queue.get(), 1s);
    CHECK_EQ(*third, 3);
  };
  world.run(main());
}

TEST("an item is not copied on its way") {
  struct Counted {
    explicit Counted(int& copies) : copies_(&copies) {}
    Counted(const Counted& other) : copies_(other.copies_) { ++*copies_; }
    Counted(Counted&&) = default;
    Counted& operator=(const Counted&) = default;
    Counted& operator=(Counted&&) = default;
    int* copies_;
  };
  NoLeak no_leak;
  World world;
  int copies = 0;
  Queue<Counted> queue(1);
  auto main = [&]() -> Coro<> {
    co_await queue.put(Counted(copies));
    auto putter = create_task(queue.put(Counted(copies)));
    co_await turns();
    Counted first = co_await queue.get();
    co_await putter;
    Counted second = co_await queue.get();
    CHECK(first.copies_ == second.copies_);
  };
  world.run(main());
  CHECK_EQ(copies, 0);
}

}  // namespace
