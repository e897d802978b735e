// What the primitives cost when nobody has to wait, and what it costs when
// somebody has to. The twin in Python is benchmark.py.
//
//   benchmark [ROUNDS]   of about a millisecond each (100); of each row, the
//                        fastest round is shown. Times are CPU times.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "13-synchronization/condition.hpp"
#include "13-synchronization/limit.hpp"
#include "13-synchronization/queue.hpp"

namespace {

using asyncio::Condition;
using asyncio::Coro;
using asyncio::Event;
using asyncio::Lock;
using asyncio::Queue;
using asyncio::Semaphore;
using asyncio::create_task;

int rounds = 100;

double cpu_ns() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 +
         static_cast<double>(now.tv_nsec);
}

// Runs `times` operations in each round, and prints what one costs.
Coro<> measure(const char* what, int times, Coro<> (*round)(int)) {
  double best = 1e18;
  for (int i = 0; i < rounds; ++i) {
    const double start = cpu_ns();
    co_await round(times);
    best = std::min(best, (cpu_ns() - start) / times);
  }
  std::printf("%-44s %7.1f ns\n", what, best);
  std::fflush(stdout);
}

Coro<> a_turn(int times) {
  for (int i = 0; i < times; ++i) co_await asyncio::sleep({});
}

Coro<> free_semaphore(int times) {
  Semaphore semaphore(1);
  for (int i = 0; i < times; ++i) {
    co_await semaphore.acquire();
    semaphore.release();
  }
}
Coro<> free_lock(int times) {
  Lock lock;
  for (int i = 0; i < times; ++i) {
    co_await lock.acquire();
    lock.release();
  }
}
Coro<> held_lock(int times) {
  Lock lock;
  for (int i = 0; i < times; ++i) auto held = co_await lock.hold();
}
Coro<> set_event(int times) {
  Event event;
  event.set();
  for (int i = 0; i < times; ++i) co_await event.wait();
}

// Two tasks that want the same lock, and hold it for a turn of the loop.
Coro<> take_turns(Lock& lock, int times) {
  for (int i = 0; i < times; ++i) {
    co_await lock.acquire();
    co_await asyncio::sleep({});
    lock.release();
  }
}
Coro<> contended_lock(int times) {
  Lock lock;
  auto other = create_task(take_turns(lock, times / 2));
  co_await take_turns(lock, times / 2);
  co_await other;
}

Coro<> wait_often(Condition& condition, int times) {
  auto held = co_await condition.hold();
  for (int i = 0; i < times; ++i) co_await condition.wait();
}
Coro<> notified(int times) {
  Condition condition;
  auto other = create_task(wait_often(condition, times));
  while (!other.done()) {
    {
      auto held = co_await condition.hold();
      condition.notify();
    }
    co_await asyncio::sleep({});
  }
}

Coro<> one_task(int times) {
  Queue<int> queue;
  for (int i = 0; i < times; ++i) {
    co_await queue.put(i);
    co_await queue.get();
  }
}
Coro<> produce(Queue<int>& queue, int times) {
  for (int i = 0; i < times; ++i) co_await queue.put(i);
}
Coro<> two_tasks(int maxsize, int times) {
  Queue<int> queue(maxsize);
  auto producer = create_task(produce(queue, times));
  for (int i = 0; i < times; ++i) co_await queue.get();
  co_await producer;
}
Coro<> unbounded(int times) { return two_tasks(0, times); }
Coro<> room_for_100(int times) { return two_tasks(100, times); }
Coro<> room_for_10(int times) { return two_tasks(10, times); }
Coro<> room_for_1(int times) { return two_tasks(1, times); }

Coro<> all() {
  co_await measure("a turn of the loop, sleep(0)", 20'000, a_turn);
  co_await measure("Semaphore: acquire and release, free", 100'000,
                   free_semaphore);
  co_await measure("Lock: acquire and release, free", 100'000, free_lock);
  co_await measure("Lock: hold, free", 100'000, held_lock);
  co_await measure("Event: wait, set", 100'000, set_event);
  co_await measure("Lock: two tasks, a turn each", 10'000, contended_lock);
  co_await measure("Condition: notify, wait, and a turn", 5'000, notified);
  co_await measure("Queue: put and get in one task", 50'000, one_task);
  co_await measure("Queue: between two tasks, no limit", 10'000, unbounded);
  co_await measure("Queue: between two tasks, room for 100", 10'000,
                   room_for_100);
  co_await measure("Queue: between two tasks, room for 10", 10'000,
                   room_for_10);
  co_await measure("Queue: between two tasks, room for 1", 5'000, room_for_1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
  asyncio::run(all());
}
