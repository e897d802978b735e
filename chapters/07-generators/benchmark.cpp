// What a generator costs beside a state machine that was written by hand, and
// what it costs to hand a value up through others. Build it with the release
// preset.

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "07-generators/generator.hpp"

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

using asyncio::Generator;

constexpr int kRuns = 9;

double cpu_nanoseconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

long sum = 0;  // so that the work cannot be left out

template <class Work>
void measure(const char* name, int operations, Work work) {
  std::vector<double> times;
  double news = 0;
  for (int run = 0; run < kRuns; ++run) {
    const std::size_t before = allocations;
    const double start = cpu_nanoseconds();
    work(operations);
    times.push_back((cpu_nanoseconds() - start) / operations);
    news = static_cast<double>(allocations - before) / operations;
  }
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  std::printf("%-46s %8.1f %8.2f\n", name, times[kRuns / 2], news);
}

// The generator, and the same by hand: `state_` says where to go on.
Generator<int> count(int n) {
  for (int i = 0; i < n; ++i) co_yield i;
}

class Counter {
 public:
  explicit Counter(int n) : n_(n) {}
  bool next() {
    switch (state_) {
      case 0:
        state_ = 1;
        break;
      case 1:
        ++i_;
        break;
      default:
        return false;
    }
    if (i_ < n_) return true;
    state_ = 2;
    return false;
  }
  int value() const { return i_; }

 private:
  const int n_;
  int state_ = 0;
  int i_ = 0;
};

// `depth` generators, each of which hands on what the next one yields.
Generator<int> nested(int depth, int n) {
  if (depth == 1) {
    for (int i = 0; i < n; ++i) co_yield i;
  } else {
    for (int value : nested(depth - 1, n)) co_yield value;
  }
}

}  // namespace

int main() {
  std::printf("%-46s %8s %8s\n", "operation", "ns", "new");
  measure("next value of a machine written by hand", 1'000'000, [](int n) {
    volatile int limit = n;  // or the loop would be one addition
    Counter counter(limit);
    while (counter.next()) sum += counter.value();
  });
  measure("next value of a generator", 1'000'000, [](int n) {
    for (int value : count(n)) sum += value;
  });
  measure("make a generator, one value, destroy it", 100'000, [](int n) {
    for (int i = 0; i < n; ++i) {
      for (int value : count(1)) sum += value;
    }
  });
  for (int depth : {2, 10, 100, 1000}) {
    char name[64];
    std::snprintf(name, sizeof name, "next value through %d generators", depth);
    measure(name, 1000, [depth](int n) {
      for (int value : nested(depth, n)) sum += value;
    });
  }
  return sum == 0;  // never
}
