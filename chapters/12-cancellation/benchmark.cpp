// What limits and cancellations cost, and what they leave behind.
//
//   benchmark [ROUNDS]   of some milliseconds each (30); of each row, the
//                        fastest round is shown. Times are CPU times.

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/wait_for.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using asyncio::Task;
using asyncio::TaskGroup;
using asyncio::create_task;
using asyncio::sleep;

long allocations = 0;
long bytes = 0;  // in use
int rounds = 30;

double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

// Runs `times` operations in each round, and prints what one costs.
Coro<> measure(const char* what, long times, Coro<> (*round)(long)) {
  double best = 1e18;
  double allocated = 0;
  for (int i = 0; i < rounds; ++i) {
    const long before = allocations;
    const double start = cpu_ms();
    co_await round(times);
    const double ns = (cpu_ms() - start) * 1e6 / static_cast<double>(times);
    if (ns >= best) continue;
    best = ns;
    allocated =
        static_cast<double>(allocations - before) / static_cast<double>(times);
  }
  std::printf("%-38s %8.1f ns  %5.2f allocations\n", what, best, allocated);
  std::fflush(stdout);
}

Coro<int> quick() { co_return 1; }

Coro<> plain_await(long times) {
  for (long i = 0; i < times; ++i) co_await quick();
}
Coro<> limited_await(long times) {
  for (long i = 0; i < times; ++i) co_await asyncio::wait_for(quick(), 1h);
}

Coro<int> one_turn() {
  co_await sleep(0s);
  co_return 1;
}
Coro<> plain_turn(long times) {
  for (long i = 0; i < times; ++i) co_await one_turn();
}
Coro<> limited_turn(long times) {
  for (long i = 0; i < times; ++i) co_await asyncio::wait_for(one_turn(), 1h);
}
// A million timers that nobody needs are in the way of no other.
Coro<> limited_body(long times) {
  for (long i = 0; i < times; ++i) co_await asyncio::timeout(1h, one_turn);
}

Coro<> task_of_a_turn(long times) {
  for (long i = 0; i < times; ++i) {
    Task<int> task = create_task(one_turn());
    co_await task;
  }
}
Coro<> shielded_task(long times) {
  for (long i = 0; i < times; ++i) {
    Task<int> task = create_task(one_turn());
    co_await asyncio::shield(task);
  }
}
Coro<> group_of_ten(long times) {
  auto body = [](TaskGroup& group) -> Coro<> {
    for (int i = 0; i < 10; ++i) group.create_task(one_turn());
    co_return;
  };
  for (long i = 0; i < times / 10; ++i) co_await asyncio::task_group(body);
}

Coro<> wait_long() { co_await sleep(1h); }
Coro<> wait_deep(int depth) {
  if (depth == 0) {
    co_await sleep(1h);
  } else {
    co_await wait_deep(depth - 1);
  }
}

Coro<> cancel_and_await(Coro<> coro) {
  Task<> task = create_task(std::move(coro));
  co_await sleep(0s);
  task.cancel();
  try {
    co_await task;
  } catch (const CancelledError&) {
  }
}
Coro<> cancelled_task(long times) {
  for (long i = 0; i < times; ++i) co_await cancel_and_await(wait_long());
}
Coro<> cancelled_deep(long times) {
  for (long i = 0; i < times; ++i) co_await cancel_and_await(wait_deep(10));
}

// A million waits that ended in time: what is left of their timers?
Coro<> leave_nothing() {
  const Future<> done = asyncio::create_future();
  done.set_result();
  co_await asyncio::wait_for(one_turn(), 1h);
  const long before = bytes;
  for (int i = 0; i < 1'000'000; ++i) {
    co_await asyncio::wait_for(done, 1h);
  }
  std::printf("%-38s %8ld bytes more in use\n", "after 1,000,000 x wait_for",
              bytes - before);
}

// The loop sleeps once for each timer that is left, its own among them.
struct CountWaits final : asyncio::Observer {
  void polling(std::optional<Duration> timeout) override {
    if (timeout && *timeout > Duration::zero()) ++waits;
  }
  int waits = 0;
};

void count_timers() {
  asyncio::EventLoop::Options options;
  options.clock = std::make_shared<asyncio::ManualClock>();
  asyncio::Runner runner(std::move(options));
  runner.run(leave_nothing());
  CountWaits count;
  runner.get_loop().set_observer(&count);
  runner.run(static_cast<Coro<>>(sleep(2h)));
  runner.get_loop().set_observer(nullptr);
  std::printf("%-38s %8d\n", "timers that are left", count.waits - 1);
}

Coro<> all() {
  co_await measure("await a coroutine", 200'000, plain_await);
  co_await measure("  with wait_for", 100'000, limited_await);
  co_await measure("await one that waits a turn", 100'000, plain_turn);
  co_await measure("  with wait_for", 100'000, limited_turn);
  co_await measure("  in timeout()", 100'000, limited_body);
  co_await measure("create a task and await it", 50'000, task_of_a_turn);
  co_await measure("  through shield", 50'000, shielded_task);
  co_await measure("  in a TaskGroup of ten, each", 50'000, group_of_ten);
  co_await measure("cancel a task and await it", 10'000, cancelled_task);
  co_await measure("  ten coroutines deep", 3'000, cancelled_deep);
}

}  // namespace

// Each block remembers its size in front of itself.
void* operator new(std::size_t size) {
  constexpr std::size_t front = alignof(std::max_align_t);
  void* memory = std::malloc(size + front);
  if (!memory) throw std::bad_alloc();
  *static_cast<std::size_t*>(memory) = size;
  ++allocations;
  bytes += static_cast<long>(size);
  return static_cast<char*>(memory) + front;
}
void operator delete(void* memory) noexcept {
  if (!memory) return;
  constexpr std::size_t front = alignof(std::max_align_t);
  void* block = static_cast<char*>(memory) - front;
  bytes -= static_cast<long>(*static_cast<std::size_t*>(block));
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

int main(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
  asyncio::run(all());
  count_timers();
}
