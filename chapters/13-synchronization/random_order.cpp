// Programs that nobody would write by hand: seven tasks each, which lock, put,
// get, wait and notify at random, while they are cancelled at random moments.
// What each of them sees, and in which order, goes into a sum. The Python twin
// throws the same dice, so one step that comes a turn too early, or in another
// order, changes all that follows.
//
//   random_order [KINDS [PROGRAM]]   of steps (6; 8 with a condition, 9 with a
//                                    semaphore, 10 with a barrier, all as
//                                    Python 3.13 has them); one program alone,
//                                    step by step.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "13-synchronization/barrier.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/semaphore.hpp"

namespace {

using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Task;
using asyncio::create_task;

enum Kind {
  LOCK, PUT, GET, EVENT, SET, TURN, NOTIFY, WAIT, SEMAPHORE, BARRIER
};

struct World {
  World(std::uint64_t seed, int number_of_kinds)
      : state(seed * 2654435761u + 12345), kinds(number_of_kinds) {}

  int dice(int sides) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) %
                            static_cast<std::uint64_t>(sides));
  }

  void note(int task, int what, int value = 0) {
    ++steps;
    for (const int x : {task, what, value}) {
      digest = (digest ^ static_cast<std::uint32_t>(x)) * 16777619u;
    }
    if (verbose) std::printf("  task %d: %d %d\n", task, what, value);
  }

  std::uint64_t state;
  int kinds;
  std::uint32_t digest = 2166136261;
  int steps = 0;
  int cancelled = 0;
  bool verbose = false;
  asyncio::Lock lock;
  asyncio::Semaphore semaphore{2};
  asyncio::Event event;
  asyncio::Condition condition;
  asyncio::Barrier barrier{3};
  asyncio::Queue<int> queue{2};
};

Coro<> turns(int count) {
  for (int i = 0; i < count; ++i) co_await asyncio::sleep({});
}

Coro<> at_barrier(World& world, int task) {
  try {
    const int index = co_await world.barrier.wait();
    world.note(task, 104, index);
  } catch (const asyncio::BrokenBarrierError&) {
    world.note(task, 105);
  }
}

Coro<> one_step(World& world, int task, int kind) {
  if (kind == LOCK) {
    auto held = co_await world.lock.hold();
    world.note(task, 100);
    co_await turns(world.dice(3));
  } else if (kind == SEMAPHORE) {
    auto held = co_await world.semaphore.hold();
    world.note(task, 101);
    co_await turns(world.dice(3));
  } else if (kind == PUT) {
    co_await world.queue.put(task);
  } else if (kind == GET) {
    const int item = co_await world.queue.get();
    world.note(task, 102, item);
  } else if (kind == EVENT) {
    co_await world.event.wait();
  } else if (kind == SET) {
    world.event.set();
    if (world.dice(2) == 0) world.event.clear();
  } else if (kind == NOTIFY) {
    auto held = co_await world.condition.hold();
    world.condition.notify(static_cast<std::size_t>(world.dice(3)));
  } else if (kind == WAIT) {
    auto held = co_await world.condition.hold();
    co_await world.condition.wait();
    world.note(task, 103);
  } else if (kind == TURN) {
    co_await turns(1);
  } else if (kind == BARRIER) {
    co_await at_barrier(world, task);
  }
}

Coro<> play(World& world, int task) {
  for (int i = 0; i < 8; ++i) {
    const int kind = world.dice(world.kinds);
    world.note(task, kind);
    try {
      co_await one_step(world, task, kind);
      world.note(task, 110, kind);
    } catch (const CancelledError&) {
      ++world.cancelled;
      world.note(task, 111, kind);
      if (world.dice(2) == 0) throw;
    }
  }
}

Coro<> disturb(World& world, const std::vector<Task<>>& tasks) {
  const int what = world.dice(8);
  if (what < 4) {
    const int which = world.dice(static_cast<int>(tasks.size()));
    world.note(50 + which, 120,
               tasks[static_cast<std::size_t>(which)].cancel());
  } else if (what == 4) {
    try {
      world.queue.put_nowait(60);
    } catch (const asyncio::QueueFull&) {
      world.note(60, 121);
    }
  } else if (what == 5) {
    try {
      world.note(61, 122, world.queue.get_nowait());
    } catch (const asyncio::QueueEmpty&) {
      world.note(61, 123);
    }
  } else if (what == 6) {
    world.event.set();
  } else if (what == 7 && world.kinds > BARRIER && world.dice(4) == 0) {
    co_await world.barrier.reset();
  }
}

bool all_done(const std::vector<Task<>>& tasks) {
  for (const Task<>& task : tasks) {
    if (!task.done()) return false;
  }
  return true;
}

Coro<> program(World& world) {
  std::vector<Task<>> tasks;
  for (int i = 0; i < 7; ++i) tasks.push_back(create_task(play(world, i)));
  for (int i = 0; i < 40; ++i) {
    co_await disturb(world, tasks);
    co_await turns(world.dice(2));
  }
  while (!all_done(tasks)) {
    for (const Task<>& task : tasks) task.cancel();
    co_await turns(1);
  }
  for (int i = 0; i < 7; ++i) {
    world.note(i, 130, tasks[static_cast<std::size_t>(i)].cancelled());
  }
  world.note(70, 131, static_cast<int>(world.queue.qsize()));
  world.note(70, 132, world.lock.locked());
  world.note(70, 133, world.semaphore.locked());
  world.note(70, 134, world.barrier.n_waiting());
}

Coro<> async_main(int kinds, int one) {
  std::uint32_t digest = 0;
  int steps = 0, cancelled = 0;
  for (int seed = 1; seed <= 1000; ++seed) {
    if (one != 0 && seed != one) continue;
    World world(static_cast<std::uint64_t>(seed), kinds);
    world.verbose = one != 0;
    co_await program(world);
    digest = digest * 31 + world.digest;
    steps += world.steps;
    cancelled += world.cancelled;
    if (seed % 100 == 0 || one != 0) {
      std::printf("%d programs: %d steps, %d cancelled, %u\n", seed, steps,
                  cancelled, digest);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int kinds = argc > 1 ? std::atoi(argv[1]) : 6;
  const int one = argc > 2 ? std::atoi(argv[2]) : 0;
  asyncio::run(async_main(kinds, one));
}
