#include <stdexcept>

#include "12-cancellation/task_group.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/sync_world.hpp"

// task_done, join and shutdown, of all three queues. CPython's cases
// (test_queues.py, 3.12 and, for shutdown, 3.13):
//
//   test_task_done_underflow, test_task_done, test_join_empty_queue
//   test_shutdown_empty, test_shutdown_nonempty
//   test_shutdown_immediate, test_shutdown_immediate_with_unfinished
//
// Not here: test_format (no repr in C++).

namespace {

using namespace test;
using asyncio::LifoQueue;
using asyncio::PriorityQueue;
using asyncio::Queue;
using asyncio::QueueShutDown;

// Calls a function with a queue of each kind.
template <class F>
void each_kind(F function, int maxsize = 0) {
  NoLeak no_leak;
  Queue<int> fifo(maxsize);
  function(fifo);
  LifoQueue<int> lifo(maxsize);
  function(lifo);
  PriorityQueue<int> priority(maxsize);
  function(priority);
}

TEST("task_done() cannot be said more often than items were put in") {
  each_kind([](auto& queue) {
    CHECK_WHAT(queue.task_done(), "task_done() called too many times");
    queue.put_nowait(1);
    queue.task_done();
    CHECK_THROWS(std::invalid_argument, queue.task_done());
  });
}

TEST("join() waits until all that was put in has been dealt with") {
  each_kind([](auto& queue) {
    World world;
    int sum = 0;
    bool running = true;
    auto worker = [&]() -> Coro<> {
      while (running) {
        const int item = co_await queue.get();
        co_await turns();
        sum += item;
        queue.task_done();
      }
    };
    auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
      for (int i = 0; i < 100; ++i) queue.put_nowait(i);
      group.create_task(worker());
      group.create_task(worker());
      co_await queue.join();
      CHECK_EQ(sum, 4950);
      running = false;
      queue.put_nowait(0);
      queue.put_nowait(0);
    };
    world.run(asyncio::task_group(body));
  });
}

TEST("join() of a queue that is empty, or done with, does not wait") {
  each_kind([](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      co_await queue.join();
      co_await queue.join();
      queue.put_nowait(1);
      queue.get_nowait();
      queue.task_done();
      co_await queue.join();
    };
    const auto task = world.start(main());
    world.turn();
    CHECK(task.done());
  });
}

TEST("join() is not over when an item is out, but not dealt with") {
  each_kind([](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      queue.put_nowait(1);
      auto joined = create_task(queue.join());
      queue.get_nowait();
      co_await turns(3);
      CHECK(!joined.done());
      queue.task_done();
      co_await joined;
    };
    world.run(main());
  });
}

// What put and get do after a shutdown.
template <class Q>
Coro<> check_shut_down(Q& queue) {
  const std::string put = co_await error_of(queue.put(9));
  CHECK_EQ(put, "the queue was shut down");
  const std::string get = co_await error_of(queue.get());
  CHECK_EQ(get, "the queue was shut down");
  CHECK_THROWS(QueueShutDown, queue.put_nowait(9));
  CHECK_THROWS(QueueShutDown, queue.get_nowait());
}

TEST("shutdown() ends the wait of those who get from an empty queue") {
  each_kind([](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      auto getter = create_task(queue.get());
      co_await turns();
      queue.shutdown();
      co_await queue.join();
      co_await turns();
      CHECK(getter.done());
      const std::string error = co_await error_of(getter);
      CHECK_EQ(error, "the queue was shut down");
      co_await check_shut_down(queue);
    };
    world.run(main());
  });
}

TEST("shutdown() sends away who puts, and leaves what is in to be taken") {
  auto test = [](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      queue.put_nowait(1);
      auto joined = create_task(queue.join());
      auto putter = create_task(queue.put(2));
      co_await turns();
      CHECK(!putter.done());
      queue.shutdown();
      CHECK_EQ(queue.qsize(), 1);
      co_await turns();
      CHECK_EQ(state_of(putter), "the queue was shut down");
      const int item = co_await queue.get();
      CHECK_EQ(item, 1);
      co_await turns();
      CHECK(!joined.done());
      co_await check_shut_down(queue);
      queue.task_done();
      co_await turns();
      CHECK(joined.done());
      CHECK_THROWS(std::invalid_argument, queue.task_done());
    };
    world.run(main());
  };
  each_kind(test, 1);
}

TEST("shutdown(true) drops what is in, and counts it as done") {
  each_kind([](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      queue.put_nowait(1);
      auto joined = create_task(queue.join());
      co_await turns();
      queue.shutdown(true);
      CHECK_EQ(queue.qsize(), 0);
      co_await turns();
      CHECK(joined.done());
      co_await check_shut_down(queue);
      CHECK_THROWS(std::invalid_argument, queue.task_done());
    };
    world.run(main());
  });
}

TEST("shutdown(true) does not count as done what is still worked on") {
  each_kind([](auto& queue) {
    World world;
    auto main = [&]() -> Coro<> {
      queue.put_nowait(1);
      queue.put_nowait(2);
      auto joined = create_task(queue.join());
      co_await queue.get();
      queue.shutdown(true);
      co_await turns();
      CHECK(!joined.done());
      co_await check_shut_down(queue);
      queue.task_done();
      co_await joined;
      CHECK_THROWS(std::invalid_argument, queue.task_done());
    };
    world.run(main());
  });
}

}  // namespace
