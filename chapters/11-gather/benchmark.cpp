// What it costs to wait for many: gather, wait and as_completed over coroutines
// and tasks that finish at once, by the child. Beside them stands a floor: the
// same tasks without anybody who waits for all of them.
//
//   benchmark [ROUNDS]   40; of each row, the fastest round is shown

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/as_completed.hpp"
#include "11-gather/gather.hpp"
#include "11-gather/wait.hpp"

namespace {

using asyncio::Coro;
using asyncio::Task;
using std::chrono::steady_clock;

constexpr int children = 1000;
constexpr int gathers = 50;  // a round

long allocations = 0;
int rounds = 40;
long sum = 0;  // what the children gave, so that nothing is left out

Coro<int> trivial(int x) { co_return x + 1; }

std::vector<Coro<int>> coroutines() {
  std::vector<Coro<int>> all;
  all.reserve(children);
  for (int i = 0; i < children; ++i) all.push_back(trivial(i));
  return all;
}

std::vector<Task<int>> tasks() {
  std::vector<Task<int>> all;
  all.reserve(children);
  for (int i = 0; i < children; ++i) {
    all.push_back(asyncio::create_task(trivial(i)));
  }
  return all;
}

// The floor: the last task is done when all are.
Coro<void> only_tasks() {
  const std::vector<Task<int>> all = tasks();
  co_await all.back();
  for (const Task<int>& task : all) sum += task.result();
}

// Chapter 10's way.
Coro<void> one_by_one() {
  const std::vector<Task<int>> all = tasks();
  for (const Task<int>& task : all) sum += co_await task;
}

Coro<void> gather_all() {
  const std::vector<int> results = co_await asyncio::gather(coroutines());
  for (const int result : results) sum += result;
}

Coro<void> gather_outcomes() {
  const auto results =
      co_await asyncio::gather(asyncio::return_exceptions, coroutines());
  for (const auto& result : results) sum += result.value();
}

Coro<void> wait_all() {
  const auto result = co_await asyncio::wait(tasks());
  for (const Task<int>& task : result.done) sum += task.result();
}

Coro<void> as_each_completes() {
  for (Coro<int> next : asyncio::as_completed(coroutines())) {
    sum += co_await std::move(next);
  }
}

struct Figures {
  double ns = std::numeric_limits<double>::max();  // a child
  double allocations = 0;
};

Coro<void> measure(Coro<void> (*body)(), Figures& figures) {
  for (int round = 0; round < rounds; ++round) {
    const long before = allocations;
    const auto start = steady_clock::now();
    for (int i = 0; i < gathers; ++i) co_await body();
    const std::chrono::duration<double, std::nano> taken =
        steady_clock::now() - start;
    const double count = children * gathers;
    if (taken.count() / count >= figures.ns) continue;
    figures.ns = taken.count() / count;
    figures.allocations = static_cast<double>(allocations - before) / count;
  }
}

void row(const char* what, Coro<void> (*body)()) {
  Figures figures;
  asyncio::run(measure(body, figures));
  std::printf("%-38s %7.1f ns  %6.3f allocations\n", what, figures.ns,
              figures.allocations);
  std::fflush(stdout);
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
  std::printf("a child, of %d that finish at once:\n", children);
  row("  floor: only the tasks", only_tasks);
  row("  tasks awaited one by one", one_by_one);
  row("  gather", gather_all);
  row("  gather(return_exceptions)", gather_outcomes);
  row("  wait", wait_all);
  row("  as_completed", as_each_completes);
  return sum == 0;
}
