#include "13-synchronization/barrier.hpp"

#include <algorithm>
#include <stdexcept>

#include "13-synchronization/sync_world.hpp"

// Barrier. CPython's cases (test_locks.py, BarrierTests, 3.12 and 3.13), where
// "half draining" and its like are the rounds that one barrier goes through:
//
//   test_barrier_parties, test_context_manager
//   test_filling_one_task, _one_task_twice, _task_by_task
//   test_filling_tasks_wait_twice, _check_return_value, _cancel_one
//   test_draining_state, test_blocking_tasks_while_draining
//   test_reset_barrier, _while_tasks_waiting, _when_tasks_half_draining,
//   _half_draining_half_blocking, _while_tasks_waiting_and_waiting_again,
//   _while_tasks_draining
//   test_abort_barrier, _when_tasks_half_draining_half_blocking,
//   _when_exception, _when_exception_then_resetting
//
// Not here: test_repr (no repr in C++), test_barrier (does not compile).

namespace {

using namespace test;
using asyncio::Barrier;
using asyncio::BrokenBarrierError;

constexpr int N = 5;

// Runs N tasks of the coroutine function to their end.
template <class F>
Coro<> gather_tasks(int count, F& function) {
  std::vector<Task<>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(create_task(function()));
  for (const Task<>& task : tasks) co_await task;
}

// Waits; false if the barrier was broken.
Coro<bool> pass_barrier(Barrier& barrier) {
  try {
    co_await barrier.wait();
  } catch (const BrokenBarrierError&) {
    co_return false;
  }
  co_return true;
}

void check_open(const Barrier& barrier) {
  CHECK_EQ(barrier.n_waiting(), 0);
  CHECK(!barrier.broken());
}

TEST("a barrier needs one party at least") {
  CHECK_THROWS(std::invalid_argument, Barrier(0));
  CHECK_THROWS(std::invalid_argument, Barrier(-4));
  CHECK_EQ(Barrier(N).parties(), N);
}

TEST("all go on when the last one has come, each with a number of its own") {
  NoLeak no_leak;
  World world;
  Barrier barrier(3);
  std::vector<int> numbers;
  auto party = [&]() -> Coro<> {
    const int number = co_await barrier.wait();
    numbers.push_back(number);
  };
  world.run(gather_tasks(3, party));
  std::sort(numbers.begin(), numbers.end());
  CHECK_EQ(numbers, (std::vector<int>{0, 1, 2}));
  check_open(barrier);
}

TEST("a barrier of one holds back nobody, as often as one likes") {
  NoLeak no_leak;
  World world;
  Barrier barrier(1);
  auto main = [&]() -> Coro<> {
    for (int i = 0; i < 2; ++i) {
      auto task = create_task(barrier.wait());
      co_await turns();
      CHECK(task.done());
      CHECK_EQ(task.result(), 0);
      check_open(barrier);
    }
  };
  world.run(main());
}

TEST("n_waiting() counts those who came, until the barrier opens") {
  NoLeak no_leak;
  World world;
  Barrier barrier(3);
  auto main = [&]() -> Coro<> {
    std::vector<Task<int>> tasks;
    for (const int waiting : {1, 2, 0}) {
      tasks.push_back(create_task(barrier.wait()));
      co_await turns();
      CHECK_EQ(barrier.n_waiting(), waiting);
    }
    for (const auto& task : tasks) co_await task;
    check_open(barrier);
  };
  world.run(main());
}

TEST("tasks can meet twice in a row, and the rounds do not mix") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  std::vector<int> rounds;
  std::vector<int> numbers;
  auto party = [&]() -> Coro<> {
    co_await barrier.wait();
    rounds.push_back(1);
    const int number = co_await barrier.wait();
    rounds.push_back(2);
    numbers.push_back(number);
  };
  world.run(gather_tasks(N, party));
  CHECK_EQ(rounds, (std::vector<int>{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}));
  std::sort(numbers.begin(), numbers.end());
  CHECK_EQ(numbers, (std::vector<int>{0, 1, 2, 3, 4}));
  check_open(barrier);
}

TEST("who comes while the last round leaves waits for the next one") {
  NoLeak no_leak;
  World world;
  const int again = 2;
  Barrier barrier(N), others(N - again);
  int left = again;
  auto party = [&]() -> Coro<> {
    co_await barrier.wait();
    if (left > 0) {
      --left;
    } else {
      co_await others.wait();
    }
    co_await barrier.wait();
  };
  world.run(gather_tasks(N, party));
  check_open(barrier);
  check_open(others);
}

TEST("a party that is cancelled while it waits does not count") {
  NoLeak no_leak;
  World world;
  Barrier barrier(3);
  auto main = [&]() -> Coro<> {
    auto first = create_task(barrier.wait());
    co_await turns();
    auto second = create_task(barrier.wait());
    co_await turns();
    CHECK_EQ(barrier.n_waiting(), 2);
    first.cancel();
    co_await turns();
    CHECK_EQ(barrier.n_waiting(), 1);
    co_await await_cancelled(first);
    auto third = create_task(barrier.wait());
    co_await turns();
    CHECK_EQ(barrier.n_waiting(), 2);
    auto fourth = create_task(barrier.wait());
    co_await second;
    co_await third;
    co_await fourth;
    check_open(barrier);
  };
  world.run(main());
}

TEST("reset() of a barrier where nobody waits changes nothing") {
  NoLeak no_leak;
  World world;
  Barrier barrier(1);
  world.run(barrier.reset());
  check_open(barrier);
}

TEST("reset() sends away those who wait") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int broken = 0;
  auto party = [&]() -> Coro<> {
    const bool passed = co_await pass_barrier(barrier);
    if (!passed) ++broken;
  };
  auto main = [&]() -> Coro<> {
    auto parties = create_task(gather_tasks(N - 1, party));
    co_await turns(2);
    co_await barrier.reset();
    co_await parties;
  };
  world.run(main());
  CHECK_EQ(broken, N - 1);
  check_open(barrier);
}

TEST("reset() while they leave sends away those who are still inside") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int broken = 0, out = 0;
  auto party = [&]() -> Coro<> {
    const bool passed = co_await pass_barrier(barrier);
    if (!passed) {
      ++broken;
    } else if (++out == N - N / 2) {
      co_await barrier.reset();
    }
  };
  world.run(gather_tasks(N, party));
  CHECK_EQ(broken, N / 2);
  check_open(barrier);
}

TEST("who waits for the next round while reset() empties the last one stays") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int broken = 0, blocked_broken = 0, out = 0;
  const int blocking = N / 2;
  auto party = [&]() -> Coro<> {
    const bool passed = co_await pass_barrier(barrier);
    if (!passed) {
      ++broken;
      co_await barrier.wait();
    } else if (++out > blocking) {
      co_await barrier.reset();
      co_await barrier.wait();
    } else {
      const bool again = co_await pass_barrier(barrier);
      if (!again) ++blocked_broken;
    }
  };
  world.run(gather_tasks(N, party));
  CHECK_EQ(broken, blocking);
  CHECK_EQ(blocked_broken, 0);
  check_open(barrier);
}

TEST("those who were sent away can come again") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int broken = 0, passed_at_last = 0;
  auto party = [&]() -> Coro<> {
    const bool passed = co_await pass_barrier(barrier);
    if (!passed) ++broken;
    co_await barrier.wait();
    ++passed_at_last;
  };
  auto main = [&]() -> Coro<> {
    auto parties = create_task(gather_tasks(N - 1, party));
    co_await turns(2);
    co_await barrier.reset();
    co_await barrier.wait();
    co_await parties;
  };
  world.run(main());
  CHECK_EQ(broken, N - 1);
  CHECK_EQ(passed_at_last, N - 1);
  check_open(barrier);
}

TEST("reset() by the last one out disturbs no round") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int out = 0, second = 0, third = 0;
  auto party = [&]() -> Coro<> {
    co_await barrier.wait();
    if (++out == N) co_await barrier.reset();
    const bool passed = co_await pass_barrier(barrier);
    if (passed) ++second;
    co_await barrier.wait();
    ++third;
  };
  world.run(gather_tasks(N, party));
  CHECK_EQ(second, N);
  CHECK_EQ(third, N);
  check_open(barrier);
}

TEST("an aborted barrier is broken, until reset()") {
  NoLeak no_leak;
  World world;
  Barrier barrier(1);
  auto main = [&]() -> Coro<> {
    co_await barrier.abort();
    CHECK(barrier.broken());
    CHECK_EQ(barrier.n_waiting(), 0);
    const std::string error = co_await error_of(barrier.wait());
    CHECK_EQ(error, "Barrier aborted");
    co_await barrier.reset();
    CHECK(!barrier.broken());
    co_await barrier.wait();
  };
  world.run(main());
}

TEST("abort() while they leave sends away the rest, and who came again") {
  NoLeak no_leak;
  World world;
  Barrier barrier(N);
  int broken = 0, blocked_broken = 0, out = 0;
  const int blocking = N / 2;
  auto party = [&]() -> Coro<> {
    const bool passed = co_await pass_barrier(barrier);
    if (!passed) {
      ++broken;
    } else if (++out > blocking) {
      co_await barrier.abort();
    } else {
      const bool again = co_await pass_barrier(barrier);
      if (!again) ++blocked_broken;
    }
  };
  world.run(gather_tasks(N, party));
  CHECK(barrier.broken());
  CHECK_EQ(broken, blocking);
  CHECK_EQ(blocked_broken, N - blocking - 1);
  CHECK_EQ(barrier.n_waiting(), 0);
}

TEST("one that fails aborts, then all meet, mend the barrier and go on") {
  NoLeak no_leak;
  World world;
  Barrier first(N), second(N);
  int broken = 0, passed_twice = 0, passed_at_last = 0;
  auto party = [&]() -> Coro<> {
    bool fails = false;
    try {
      const int number = co_await first.wait();
      fails = number == N / 2;
      if (!fails) {
        co_await first.wait();
        ++passed_twice;
      }
    } catch (const BrokenBarrierError&) {
      ++broken;
    }
    if (fails) co_await first.abort();
    const int number = co_await second.wait();
    if (number == N / 2) co_await first.reset();
    co_await second.wait();
    co_await first.wait();
    ++passed_at_last;
  };
  world.run(gather_tasks(N, party));
  CHECK_EQ(passed_twice, 0);
  CHECK_EQ(broken, N - 1);
  CHECK_EQ(passed_at_last, N);
  check_open(first);
}

}  // namespace
