// What a task costs: to create and await one, to let the others have a turn,
// and to sleep. Beside each stands a floor, the least that any loop must do
// for it: written by hand, with no coroutine, no task and no event loop.
// Times are CPU times, so that another program's turn is not counted.
//
//   benchmark [ROUNDS]   of some milliseconds each (30); of each row, the
//                        fastest round is shown

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Callback;
using asyncio::Coro;
using asyncio::Task;
using asyncio::create_task;

long allocations = 0;
int rounds = 30;

double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

struct Figures {
  double ns = 1e18;
  double allocations = 0;
};

// The fastest of some rounds: what disturbs a measurement only adds to it.
void keep(Figures& best, double ns, double count) {
  if (ns < best.ns) best = {ns, count};
}

void print(const char* what, const Figures& figures) {
  std::printf("%-34s %8.1f ns  %5.2f allocations\n", what, figures.ns,
              figures.allocations);
  std::fflush(stdout);
}

// Measures `times` operations, which all happen between its two ends.
class Watch {
 public:
  Watch(Figures& figures, long times) : figures_(figures), times_(times) {}
  ~Watch() {
    const double taken = cpu_ms() - start_;
    const double times = static_cast<double>(times_);
    keep(figures_, taken * 1e6 / times,
         static_cast<double>(allocations - before_) / times);
  }

 private:
  Figures& figures_;
  const long times_;
  const long before_ = allocations;
  const double start_ = cpu_ms();
};

// ---- create_task, and await it

Coro<long> trivial(long x) { co_return x + 1; }

Coro<void> create_and_await(Figures& figures) {
  constexpr long times = 50'000;
  for (int round = 0; round < rounds; ++round) {
    const Watch watch(figures, times);
    long sum = 0;
    for (long i = 0; i < times; ++i) {
      Task<long> task = create_task(trivial(i));
      sum += co_await task;
    }
    if (sum == 0) std::abort();
  }
}

// ---- sleep(0)

Coro<void> sleeper(long times) {
  for (long i = 0; i < times; ++i) co_await asyncio::sleep(0s);
}

// `tasks` of them, each sleeps `times` times.
Coro<void> sleep_zero(Figures& figures, long tasks, long times) {
  for (int round = 0; round < rounds; ++round) {
    std::vector<Task<>> all;
    const Watch watch(figures, tasks * times);
    for (long i = 0; i < tasks; ++i) all.push_back(create_task(sleeper(times)));
    for (Task<>& task : all) co_await task;
  }
}

// The floor: callbacks that go round in a queue.
class Hop final : public Callback {
 public:
  Hop(asyncio::ReadyQueue& queue, long times) : queue_(queue), times_(times) {}
  void run() override {
    if (--times_ > 0) queue_.push(*this);
  }

 private:
  asyncio::ReadyQueue& queue_;
  long times_;
};

void hop_floor(Figures& figures, long callbacks, long times) {
  for (int round = 0; round < rounds; ++round) {
    asyncio::ReadyQueue queue;
    std::vector<Hop> hops(static_cast<std::size_t>(callbacks),
                          Hop(queue, times));
    for (Hop& hop : hops) queue.push(hop);
    const Watch watch(figures, callbacks * times);
    while (!queue.empty()) queue.pop().run();
  }
}

// ---- 100,000 sleeps, spread over 100 ms

constexpr int sleeps = 100'000;

// A fixed order that looks like none.
std::chrono::nanoseconds delay_of(int i) {
  return std::chrono::microseconds(static_cast<long>(i) * 61'803 % sleeps);
}

Coro<void> sleep_for(std::chrono::nanoseconds delay) {
  co_await asyncio::sleep(delay);
}

Coro<void> many_sleeps() {
  std::vector<Task<>> all;
  all.reserve(sleeps);
  for (int i = 0; i < sleeps; ++i) {
    all.push_back(create_task(sleep_for(delay_of(i))));
  }
  for (Task<>& task : all) co_await task;
}

double cpu_of_many_sleeps() {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double before = cpu_ms();
    asyncio::run(many_sleeps());
    best = std::min(best, cpu_ms() - before);
  }
  return best;
}

// The floor: to put as many deadlines in order.
double cpu_of_sorting() {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::chrono::nanoseconds> delays;
    for (int i = 0; i < sleeps; ++i) delays.push_back(delay_of(i));
    const double before = cpu_ms();
    std::sort(delays.begin(), delays.end());
    best = std::min(best, cpu_ms() - before);
  }
  return best;
}

template <class... More>
void measure(const char* what, Coro<void> (*body)(Figures&, More...),
             More... more) {
  Figures figures;
  asyncio::run(body(figures, more...));
  print(what, figures);
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
  measure("create_task and await it", create_and_await);
  measure("sleep(0), alone", sleep_zero, 1L, 500'000L);
  measure("sleep(0), each of 1000 tasks", sleep_zero, 1000L, 1'000L);
  Figures alone, many;
  hop_floor(alone, 1, 1'000'000);
  hop_floor(many, 1000, 1'000);
  print("  floor: a callback, alone", alone);
  print("  floor: each of 1000 callbacks", many);
  std::printf("%-34s %8.1f ms of CPU\n", "100,000 sleeps over 100 ms",
              cpu_of_many_sleeps());
  std::printf("%-34s %8.1f ms of CPU\n", "  floor: sorting 100,000 deadlines",
              cpu_of_sorting());
}
