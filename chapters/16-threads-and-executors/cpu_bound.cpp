// Work that computes, and does not wait: in the loop, in threads, and in
// processes. `benchmark.py cpu` does the same in Python.
//
//   cpu_bound [LIMIT]   the longest Collatz chain that begins below LIMIT
//                       (200000), four times

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/picture.hpp"
#include "16-threads-and-executors/process_pool.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::ProcessPoolExecutor;
using picture::Picture;
using picture::Span;

// From n, by n/2 or 3n+1, to 1: how many steps?
int collatz_steps(long n) {
  int steps = 0;
  for (; n > 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  return steps;
}

struct Result {
  int longest = 0;
  Span span;
};

Result longest_chain(int below) {
  Result result;
  result.span.begin = picture::now();
  const auto thread = std::hash<std::thread::id>()(std::this_thread::get_id());
  result.span.worker = static_cast<int>(thread) ^ ::getpid();
  for (int n = 1; n < below; ++n) {
    result.longest = std::max(result.longest, collatz_steps(n));
  }
  result.span.end = picture::now();
  return result;
}

int limit = 200'000;

using Worker = std::function<Coro<Result>()>;

Coro<void> compute(Picture& picture, Worker worker) {
  Result result = co_await worker();
  picture.add(result.span);
}

Coro<void> four_times(Picture& picture, Worker worker) {
  co_await asyncio::gather(compute(picture, worker), compute(picture, worker),
                           compute(picture, worker), compute(picture, worker));
}

// Runs it, and gives the seconds that it took.
double show(const char* title, Worker worker) {
  Picture picture(title);
  asyncio::run(picture.watch(four_times(picture, std::move(worker))));
  picture.print();
  return picture.seconds();
}

Coro<Result> in_the_loop() { co_return longest_chain(limit); }
Coro<Result> in_a_thread() { return asyncio::to_thread(longest_chain, limit); }
Coro<Result> in_a_process(ProcessPoolExecutor& pool) {
  co_return co_await asyncio::wrap_future(pool.submit(longest_chain, limit));
}

int main(int argc, char** argv) {
  if (argc > 1) limit = std::atoi(argv[1]);
  ProcessPoolExecutor pool(4);  // before there are threads
  const double loop = show("in the loop", in_the_loop);
  const double threads = show("in threads", in_a_thread);
  const double processes =
      show("in processes", [&pool] { return in_a_process(pool); });
  std::printf("gain on %u processors: threads %.2f, processes %.2f\n",
              std::thread::hardware_concurrency(), loop / threads,
              loop / processes);
}
