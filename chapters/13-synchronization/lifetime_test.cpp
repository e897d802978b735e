#include <memory>
#include <optional>
#include <stdexcept>

#include "08-coroutines/root.hpp"
#include "10-tasks/manual_run.hpp"
#include "13-synchronization/barrier.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/semaphore.hpp"
#include "13-synchronization/sync_world.hpp"

// Who dies before whom: a loop with tasks that wait, a primitive that somebody
// waits for, a frame that waits in a line; and two loops. CPython's case
// (test_locks.py, 3.12 and 3.13): test_ambiguous_loops.

namespace {

using namespace test;
using asyncio::Barrier;
using asyncio::Condition;
using asyncio::Event;
using asyncio::Lock;
using asyncio::Queue;
using asyncio::Semaphore;

// All kinds, so that each test can be about all of them.
struct Primitives {
  Lock lock;
  Semaphore semaphore{1};
  Event event;
  Condition condition;
  Barrier barrier{2};
  Queue<int> empty;
  Queue<int> full{1};
};

Coro<> wait_at(Condition& condition) {
  auto held = co_await condition.hold();
  co_await condition.wait();
}
Coro<> wait_at(Barrier& barrier) { co_await barrier.wait(); }
Coro<> wait_at(Queue<int>& queue) { co_await queue.get(); }
Coro<> wait_at(Lock& lock) { auto held = co_await lock.hold(); }

// Takes what there is one of, and starts somebody who waits, for each.
Coro<> wait_everywhere(Primitives& all, std::vector<Task<>>& tasks) {
  co_await all.lock.acquire();
  co_await all.semaphore.acquire();
  all.full.put_nowait(1);
  tasks.push_back(create_task(all.lock.acquire()));
  tasks.push_back(create_task(wait_at(all.lock)));
  tasks.push_back(create_task(all.semaphore.acquire()));
  tasks.push_back(create_task(all.event.wait()));
  tasks.push_back(create_task(wait_at(all.condition)));
  tasks.push_back(create_task(wait_at(all.barrier)));
  tasks.push_back(create_task(wait_at(all.empty)));
  tasks.push_back(create_task(all.full.put(2)));
  co_await turns(2);
}

TEST("run() cancels whoever still waits, wherever it is") {
  const long before = asyncio::FramePool::live();
  Primitives all;
  std::vector<Task<>> tasks;
  {
    asyncio::Runner runner;
    runner.run(wait_everywhere(all, tasks));
  }
  for (const Task<>& task : tasks) CHECK_EQ(state_of(task), "cancelled ");
  tasks.clear();
  CHECK_EQ(asyncio::FramePool::live(), before);
}

// The loop is taken down with tasks pending: their frames go.
TEST("a loop that dies takes down those who wait, wherever they are") {
  NoLeak no_leak;
  Primitives all;
  std::vector<Task<>> tasks;
  {
    World world;
    world.start(wait_everywhere(all, tasks));
    world.settle();
    tasks.clear();
  }
  all.lock.release();
  all.semaphore.release();
  CHECK(!all.lock.locked());
  CHECK(!all.semaphore.locked());
  all.event.set();
  all.empty.put_nowait(1);
  CHECK_EQ(all.full.get_nowait(), 1);
}

TEST("a loop that dies after it has woken everybody loses no permit") {
  NoLeak no_leak;
  Primitives all;
  {
    World world;
    std::vector<Task<>> tasks;
    world.start(wait_everywhere(all, tasks));
    world.settle();
    all.lock.release();
    all.semaphore.release();
    all.event.set();
    all.empty.put_nowait(1);
    all.full.get_nowait();
    tasks.clear();
  }
  CHECK(!all.lock.locked());
  CHECK(!all.semaphore.locked());
  CHECK_EQ(all.empty.qsize(), 1);
  CHECK(all.full.empty());
}

TEST("what main() made may be gone when run() cancels who waits for it") {
  NoLeak no_leak;
  std::vector<Task<>> tasks;
  auto main = [&]() -> Coro<> {
    auto queue = std::make_unique<Queue<int>>(1);
    auto lock = std::make_unique<Lock>();
    auto semaphore = std::make_unique<Semaphore>(0);
    auto event = std::make_unique<Event>();
    co_await lock->acquire();
    queue->put_nowait(1);
    tasks.push_back(create_task(queue->put(2)));
    tasks.push_back(create_task(queue->join()));
    tasks.push_back(create_task(lock->acquire()));
    tasks.push_back(create_task(semaphore->acquire()));
    tasks.push_back(create_task(event->wait()));
    co_await turns();
  };
  asyncio::Runner(manual_clock()).run(main());
  for (const Task<>& task : tasks) CHECK_EQ(state_of(task), "cancelled ");
}

TEST("who was woken by what is gone when its turn comes hears an error") {
  NoLeak no_leak;
  World world;
  auto main = [&]() -> Coro<> {
    auto queue = std::make_unique<Queue<int>>(1);
    auto lock = std::make_unique<Lock>();
    auto semaphore = std::make_unique<Semaphore>(0);
    auto event = std::make_unique<Event>();
    co_await lock->acquire();
    queue->put_nowait(1);
    std::vector<Task<>> tasks;
    tasks.push_back(create_task(queue->put(2)));
    tasks.push_back(create_task(lock->acquire()));
    tasks.push_back(create_task(semaphore->acquire()));
    tasks.push_back(create_task(event->wait()));
    auto cancelled = create_task(event->wait());
    co_await turns();
    queue->get_nowait();
    lock->release();
    semaphore->release();
    event->set();
    queue.reset();
    lock.reset();
    semaphore.reset();
    event.reset();
    cancelled.cancel();
    co_await await_cancelled(cancelled);
    for (const Task<>& task : tasks) {
      CHECK_EQ(state_of(task), "what this task waited for was destroyed");
    }
  };
  world.run(main());
}

// A coroutine whose frame can be destroyed while it waits.
class Frame final : public asyncio::Root<> {
 public:
  Frame(EventLoop& loop, Coro<> coro) : Root(loop, std::move(coro)) {
    run();
  }

 private:
  void finished() override {}
};

TEST("a frame that is destroyed while it waits leaves its line") {
  NoLeak no_leak;
  World world;
  Semaphore semaphore(0);
  Lock lock;
  Event event;
  Queue<int> queue;
  {
    Frame a(world.loop, static_cast<Coro<>>(semaphore.acquire()));
    Frame b(world.loop, static_cast<Coro<>>(event.wait()));
  }
  event.set();
  semaphore.release();
  world.run(static_cast<Coro<>>(semaphore.acquire()));
  world.run(static_cast<Coro<>>(lock.acquire()));
  queue.put_nowait(1);
  CHECK_EQ(world.run(static_cast<Coro<int>>(queue.get())), 1);
}

TEST("tasks of two loops cannot wait in one line") {
  Lock lock;
  Semaphore semaphore(0);
  Event event;
  Condition condition;
  Queue<int> queue;
  World first;
  auto others = std::vector<Task<>>();
  first.run(static_cast<Coro<>>(lock.acquire()));  // not bound by this
  others.push_back(first.start(static_cast<Coro<>>(lock.acquire())));
  others.push_back(first.start(static_cast<Coro<>>(semaphore.acquire())));
  others.push_back(first.start(static_cast<Coro<>>(event.wait())));
  others.push_back(first.start(wait_at(queue)));
  others.push_back(first.start(wait_at(condition)));
  first.settle();
  World second;
  auto main = [&]() -> Coro<> {
    std::string error = co_await error_of(lock.acquire());
    CHECK_EQ(error, "Lock is bound to a different event loop");
    error = co_await error_of(semaphore.acquire());
    CHECK_EQ(error, "Semaphore is bound to a different event loop");
    error = co_await error_of(event.wait());
    CHECK_EQ(error, "Event is bound to a different event loop");
    error = co_await error_of(queue.get());
    CHECK_EQ(error, "Queue is bound to a different event loop");
    auto held = co_await condition.hold();
    error = co_await error_of(condition.wait());
    CHECK_EQ(error, "Condition is bound to a different event loop");
    CHECK(condition.locked());
  };
  second.run(main());
  for (const Task<>& task : others) task.cancel();
  first.settle();
}

}  // namespace
