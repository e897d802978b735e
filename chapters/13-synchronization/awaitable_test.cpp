#include <memory>
#include <new>

#include "11-gather/as_completed.hpp"
#include "11-gather/gather.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/condition.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/semaphore.hpp"
#include "13-synchronization/sync_world.hpp"

// What acquire(), hold(), wait(), put(), get() and join() give is awaited
// without a frame, and taken by everything that takes a coroutine.

namespace {

using namespace test;
using asyncio::Condition;
using asyncio::Event;
using asyncio::Lock;
using asyncio::Queue;
using asyncio::Semaphore;

TEST("all of them can be tasks") {
  NoLeak no_leak;
  World world;
  Lock lock;
  Semaphore semaphore;
  Event event;
  Condition condition;
  Queue<std::string> queue(1);
  auto main = [&]() -> Coro<> {
    auto locked = create_task(lock.acquire());
    auto permit = create_task(semaphore.hold());
    auto waits = create_task(event.wait(), "waits");
    auto other = create_task(condition.acquire());
    auto put = create_task(queue.put("item"));
    auto get = create_task(queue.get());
    auto joined = create_task(queue.join());
    co_await turns();
    CHECK_EQ(waits.get_name(), "waits");
    CHECK(locked.done() && permit.done() && other.done());
    event.set();
    co_await waits;
    const std::string item = co_await get;
    CHECK_EQ(item, "item");
    queue.task_done();
    co_await joined;
    co_await put;
  };
  world.run(main());
}

TEST("gather takes them, and gives their results") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  Event event;
  auto main = [&]() -> Coro<> {
    world.loop.call_later(1s, [&] {
      event.set();
      queue.put_nowait(7);
    });
    auto results = co_await asyncio::gather(queue.get(), event.wait());
    CHECK_EQ(std::get<0>(results), 7);
  };
  world.run(main());
  CHECK_EQ(world.time(), 1s);
}

TEST("wait_for, and shield of a task of it, take them") {
  NoLeak no_leak;
  World world;
  Lock lock;
  Queue<int> queue(1);
  auto main = [&]() -> Coro<> {
    co_await asyncio::wait_for(lock.acquire(), 1s);
    auto second = asyncio::wait_for(lock.acquire(), 1s);
    const std::string error = co_await error_of(std::move(second));
    CHECK_EQ(error, "timed out");
    co_await asyncio::wait_for(queue.put(1), {});
    auto put = create_task(queue.put(2));
    auto shielded = create_task(error_of(asyncio::shield(put)));
    co_await turns(2);
    shielded.cancel();
    co_await turns(2);
    queue.get_nowait();
    co_await put;
    CHECK_EQ(queue.get_nowait(), 2);
  };
  world.run(main());
}

TEST("a put() that never began has put nothing in") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto task = create_task(queue.put(1));
    task.cancel();
    co_await await_cancelled(task);
    { [[maybe_unused]] auto dropped = queue.put(2); }
    CHECK(queue.empty());
  };
  world.run(main());
}

TEST("put() can be kept, and awaited later") {
  NoLeak no_leak;
  World world;
  Queue<int> queue;
  auto main = [&]() -> Coro<> {
    auto put = queue.put(1);
    CHECK(queue.empty());
    co_await std::move(put);
    CHECK_EQ(queue.qsize(), 1);
  };
  world.run(main());
}

long allocations = 0;

TEST("waiting in a line, and being woken, allocates nothing") {
  World world;
  Lock lock;
  Semaphore semaphore(0);
  Event event;
  Queue<int> queue(1);
  long most = 0;
  auto other = [&]() -> Coro<> {
    for (int i = 0; i < 100; ++i) {
      co_await queue.get();
      semaphore.release();
      event.set();
      event.clear();
      auto held = co_await lock.hold();
      co_await turns();
    }
  };
  auto main = [&]() -> Coro<> {
    auto task = create_task(other());
    for (int i = 0; i < 100; ++i) {
      const long before = allocations;
      co_await queue.put(i);
      co_await semaphore.acquire();
      {
        auto held = co_await lock.hold();
        co_await turns();
      }
      // The first rounds warm up the frame pool and the ready queue.
      if (i > 10) most = std::max(most, allocations - before);
    }
    co_await task;
  };
  world.run(main());
#if !defined(__SANITIZE_ADDRESS__)  // there nothing is recycled
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  return;
#endif
#endif
  // A deque gives back a block and takes another, every hundred items or so.
  CHECK(most <= 1);
#endif
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
