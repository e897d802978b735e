// What a future costs: to complete one that nobody awaits, to await one that is
// done, and to await one that is not, which is a turn of the loop. The twin in
// Python is benchmark.py. The median of nine runs.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "08-coroutines/root.hpp"
#include "09-futures/run_until_complete.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Future;

constexpr int count = 200'000;

Coro<> complete() {
  for (int i = 0; i < count; ++i) asyncio::create_future<int>().set_result(i);
  co_return;
}

Coro<> await_done() {
  Future<int> future = asyncio::create_future<int>();
  future.set_result(1);
  for (int i = 0; i < count; ++i) co_await future;
}

Coro<> await_pending() {
  EventLoop& loop = asyncio::get_running_loop();
  for (int i = 0; i < count; ++i) {
    Future<int> future = asyncio::create_future<int>();
    loop.call_soon([=] { future.set_result(1); });
    co_await future;
  }
}

class Run final : public asyncio::Root<> {
 public:
  Run(EventLoop& loop, Coro<> coro) : Root(loop, std::move(coro)), over(loop) {
    loop.schedule(*this);
  }
  Future<> over;

 private:
  void finished() override { over.set_result(); }
};

double nanoseconds(Coro<> (*work)()) {
  EventLoop loop;
  const auto begin = std::chrono::steady_clock::now();
  Run run(loop, work());
  run_until_complete(loop, run.over);
  const std::chrono::duration<double, std::nano> time =
      std::chrono::steady_clock::now() - begin;
  return time.count() / count;
}

void report(const char* what, Coro<> (*work)()) {
  std::array<double, 9> runs;
  for (double& run : runs) run = nanoseconds(work);
  std::sort(runs.begin(), runs.end());
  std::printf("%-28s %6.0f ns\n", what, runs[runs.size() / 2]);
}

}  // namespace

int main() {
  report("make and complete a future", complete);
  report("await a done future", await_done);
  report("await a pending future", await_pending);
}
