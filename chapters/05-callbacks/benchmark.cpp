// What the loop costs: nanoseconds of processor time and heap allocations an
// operation, the median of several runs. Build it with the release preset. The
// same for asyncio: benchmark.py.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace {
std::size_t allocations = 0;
}

// Every allocation of the program goes through here and is counted.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;

constexpr int kRuns = 9;
constexpr int kOperations = 100'000;

double cpu_nanoseconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

// Runs the loop until it is stopped, and prints what that cost. `prepare` is
// part of the operation.
template <class Prepare>
void measure(const char* name, int operations, Prepare prepare) {
  std::vector<double> times;
  double news = 0;
  for (int run = 0; run < kRuns; ++run) {
    EventLoop loop;
    for (int warm = 0; warm < 2; ++warm) {  // the queue and the heap grow once
      const std::size_t before = allocations;
      const double start = cpu_nanoseconds();
      prepare(loop);
      loop.run_forever();
      if (warm == 0) continue;
      times.push_back((cpu_nanoseconds() - start) / operations);
      news = static_cast<double>(allocations - before) / operations;
    }
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  std::printf("%-46s %8.1f %8.2f\n", name, times[kRuns / 2], news);
}

// Schedules a copy of itself until it has done so often enough.
struct Again {
  EventLoop& loop;
  int left;
  void operator()() const {
    if (left == 0) return loop.stop();
    loop.call_soon(Again{loop, left - 1});
  }
};

// The same as a bare Callback: nothing is allocated.
struct Bare final : asyncio::Callback {
  explicit Bare(EventLoop& a_loop) : loop(a_loop) {}
  void run() override {
    if (left-- == 0) return loop.stop();
    loop.schedule(*this);
  }
  EventLoop& loop;
  int left = kOperations;
};

// A byte goes from one end of the pipe to the other: each needs the kernel.
void pass_bytes(EventLoop& loop, const asyncio::Pipe& pipe, int& left) {
  left = kOperations / 10;
  const int in = pipe.read.get();
  const int out = pipe.write.get();
  loop.add_reader(in, [&loop, &left, in, out] {
    char byte;
    if (::read(in, &byte, 1) != 1) return;
    if (left-- == 0) {
      loop.remove_reader(in);
      return loop.stop();
    }
    if (::write(out, "x", 1) != 1) asyncio::throw_errno("write", "");
  });
  if (::write(out, "x", 1) != 1) asyncio::throw_errno("write", "");
}

}  // namespace

int main() {
  std::printf("%-46s %8s %8s\n", "operation", "ns", "new");
  measure("call_soon, one that schedules the next", kOperations,
          [](EventLoop& loop) { loop.call_soon(Again{loop, kOperations}); });
  measure("call_soon, 1,000 at a time", kOperations, [](EventLoop& loop) {
    for (int i = 0; i < 1000; ++i) {
      loop.call_soon(Again{loop, kOperations / 1000});
    }
  });
  measure("call_soon and cancel", kOperations, [](EventLoop& loop) {
    for (int i = 0; i < kOperations; ++i) loop.call_soon([] {}).cancel();
    loop.stop();
  });
  measure("a bare Callback that schedules itself", kOperations,
          [bare = static_cast<Bare*>(nullptr)](EventLoop& loop) mutable {
            delete bare;
            bare = new Bare(loop);
            loop.schedule(*bare);
          });
  measure("call_later, 100,000 timers, then run all", kOperations,
          [](EventLoop& loop) {
            for (int i = 0; i < kOperations; ++i) {
              loop.call_later((i * 7919 % kOperations) * 1ns, [] {});
            }
            loop.call_later(1us * kOperations / 1000, [&] { loop.stop(); });
          });
  measure("call_later and cancel, 10,000 others waiting", kOperations,
          [](EventLoop& loop) {
            std::vector<asyncio::TimerHandle> others;
            for (int i = 0; i < 10'000; ++i) {
              others.push_back(loop.call_later(1h + i * 1s, [] {}));
            }
            for (int i = 0; i < kOperations; ++i) {
              loop.call_later(1min + i * 1ms, [] {}).cancel();
            }
            for (asyncio::TimerHandle& other : others) other.cancel();
            loop.stop();
          });
  const asyncio::Pipe pipe = asyncio::make_pipe();
  int left = 0;
  measure("add_reader, a byte through a pipe", kOperations / 10,
          [&](EventLoop& loop) { pass_bytes(loop, pipe, left); });
}
