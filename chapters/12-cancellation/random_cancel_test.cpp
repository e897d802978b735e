#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/gather.hpp"
#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/wait_for.hpp"

// Thousands of programs that nobody would write by hand: tasks that sleep,
// wait, time out, clean up, swallow, fail and make groups of each other, while
// others cancel them at all moments. What must hold in each is checked. Every
// program follows from its number, so a failure can be had again.

namespace {

using namespace test;
using asyncio::sleep;

// Numbers in a fixed order that looks like none.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435761u + 12345) {}
  int operator()(int sides) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state_ >> 33) %
                            static_cast<std::uint64_t>(sides));
  }

 private:
  std::uint64_t state_;
};

struct Program {
  explicit Program(std::uint64_t seed) : dice(seed) {}
  Duration delay() { return std::chrono::milliseconds(dice(6)); }

  World world;
  Dice dice;
  int cancelled_awaits = 0;  // to see that this tests what it should
  int timeouts = 0;
  int groups = 0;
};

// A part of a job: when it is gone, nothing of the job is left.
class Part {
 public:
  explicit Part(bool& gone) : gone_(&gone) {}
  Part(Part&& other) noexcept : gone_(std::exchange(other.gone_, nullptr)) {}
  ~Part() {
    if (gone_) *gone_ = true;
  }

 private:
  bool* gone_;
};

Coro<int> job(Program& program, int depth);

Coro<int> part(Program& program, int depth, Part) {
  int result = co_await job(program, depth);
  co_return result;
}

// Somebody else has the result, at some time.
Coro<int> await_result(Program& program) {
  auto future = asyncio::create_future<int>();
  asyncio::get_running_loop().call_later(program.delay(), [future] {
    if (!future.done()) future.set_result(1);
  });
  int result = co_await future;
  co_return result;
}

// What a job may do about its cancellation: pass it on, clean up before that,
// fail, or swallow it.
Coro<int> guarded(Program& program, int depth) {
  const int choice = program.dice(4);
  try {
    int result = co_await job(program, depth);
    co_return result;
  } catch (const CancelledError&) {
    ++program.cancelled_awaits;
    if (choice == 0) throw;
    if (choice == 1) throw std::runtime_error("cleanup failed");
  }
  if (choice == 2) {
    co_await sleep(program.delay());
    throw CancelledError();
  }
  co_return 1;
}

// By wait_for of a coroutine or a task, or by timeout. None of them returns,
// or throws, before the job is gone, nor TimeoutError before it is time.
Coro<int> limited(Program& program, int depth) {
  auto& loop = asyncio::get_running_loop();
  const Duration limit = program.delay();
  const asyncio::TimePoint deadline = loop.time() + limit;
  const int way = program.dice(3);
  bool gone = false;
  int result = 0;
  std::exception_ptr error;
  auto body = [&]() -> Coro<int> {
    return part(program, depth, Part(gone));
  };
  try {
    if (way == 0) {
      result = co_await asyncio::wait_for(body(), limit);
    } else if (way == 1) {
      auto task = create_task(body());
      result = co_await asyncio::wait_for(task, limit);
    } else {
      result = co_await asyncio::timeout(limit, body);
    }
  } catch (...) {
    error = std::current_exception();
  }
  CHECK(gone);
  if (!error) co_return result;
  try {
    std::rethrow_exception(error);
  } catch (const asyncio::TimeoutError&) {
    CHECK(loop.time() >= deadline);
    ++program.timeouts;
  }
  co_return 1;
}

// No task of a group outlives it.
Coro<int> grouped(Program& program, int depth) {
  bool first_gone = false, second_gone = false;
  std::exception_ptr error;
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    group.create_task(part(program, depth, Part(first_gone)));
    group.create_task(part(program, depth, Part(second_gone)));
    co_await job(program, depth);
  };
  try {
    co_await asyncio::task_group(body);
  } catch (...) {
    error = std::current_exception();
  }
  CHECK(first_gone);
  CHECK(second_gone);
  ++program.groups;
  if (error) std::rethrow_exception(error);
  co_return 1;
}

Coro<int> job(Program& program, int depth) {
  const int choice = program.dice(depth > 0 ? 10 : 3);
  if (choice == 0) co_await sleep(program.delay());
  if (choice == 1) co_await await_result(program);
  if (choice == 2 && program.dice(4) == 0) throw std::runtime_error("broke");
  if (choice == 3) {
    co_await job(program, depth - 1);
    co_await job(program, depth - 1);
  }
  if (choice == 4) co_await guarded(program, depth - 1);
  if (choice == 5 || choice == 6) co_await limited(program, depth - 1);
  if (choice == 7) co_await grouped(program, depth - 1);
  if (choice == 8) {
    auto task = create_task(job(program, depth - 1));
    co_await asyncio::shield(task);
  }
  if (choice == 9) {
    auto first = create_task(job(program, depth - 1));
    auto second = create_task(guarded(program, depth - 1));
    co_await asyncio::gather(first, second);
  }
  co_return 1;
}

struct Counts {
  int cancelled_awaits = 0;
  int timeouts = 0;
  int groups = 0;
  int cancelled = 0;
  int survived = 0;  // requests that were swallowed, or came together
};

void run_program(std::uint64_t seed, Counts& counts) {
  NoLeak no_leak;
  Program program(seed);
  World& world = program.world;
  std::vector<Task<int>> tasks;
  std::vector<int> requests(4);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    tasks.push_back(world.start(job(program, 4)));
  }
  for (int i = 0; i < 6; ++i) {
    const auto which = static_cast<std::size_t>(program.dice(4));
    world.loop.call_later(program.delay(), [&tasks, &requests, which] {
      if (tasks[which].cancel()) ++requests[which];
    });
  }
  pass(world, 10s);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    CHECK(tasks[i].done());
    // Groups and timeouts have taken back their own requests, and no others.
    CHECK_EQ(tasks[i].cancelling(), requests[i]);
    if (requests[i] == 0) CHECK(!tasks[i].cancelled());
    if (tasks[i].cancelled()) {
      ++counts.cancelled;
    } else if (requests[i] > 0) {
      ++counts.survived;
    }
  }
  CHECK_EQ(all_tasks(world.loop).size(), 0);
  CHECK_EQ(waits_until(world, 1s), 1);  // no timer is left
  counts.cancelled_awaits += program.cancelled_awaits;
  counts.timeouts += program.timeouts;
  counts.groups += program.groups;
}

TEST("in 4000 programs that cancel at random, all ends and nothing is lost") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    try {
      run_program(seed, counts);
    } catch (...) {
      std::printf("  program %llu\n", static_cast<unsigned long long>(seed));
      throw;
    }
  }
  CHECK(counts.cancelled_awaits > 100);
  CHECK(counts.timeouts > 100);
  CHECK(counts.groups > 100);
  CHECK(counts.cancelled > 100);
  CHECK(counts.survived > 100);
}

}  // namespace
