// In which iteration of the loop everything runs: a task's steps, its done
// callbacks, and whoever awaits it.

#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Future;

Coro<int> worker(int steps) {
  std::string name = asyncio::current_task().get_name();
  for (int step = 0; step < steps; ++step) {
    std::printf("  %s: step %d\n", name.c_str(), step);
    co_await asyncio::sleep(0s);
  }
  std::printf("  %s: returns\n", name.c_str());
  co_return steps;
}

Coro<int> nothing() { co_return 0; }

void report(const std::string& name) {
  std::printf("  callback: %s is done\n", name.c_str());
}

Coro<> async_main() {
  auto& loop = asyncio::get_running_loop();
  asyncio::current_task().set_name("main");
  auto a = asyncio::create_task(worker(1), "a");
  auto b = asyncio::create_task(worker(2), "b");
  a.add_done_callback([](const Future<int>&) { report("a"); });
  loop.call_soon([] { std::puts("  call_soon, after a and b"); });
  std::puts("created, and not begun");
  co_await nothing();
  std::puts("awaiting a coroutine that does not wait: still none has begun");
  co_await asyncio::sleep(0s);
  std::puts("sleep(0): each had one turn");
  int steps = co_await a;
  std::printf("a gave %d\n", steps);
  steps = co_await b;
  std::printf("b gave %d\n", steps);
  steps = co_await b;
  std::printf("b again, without a turn for others: %d\n", steps);
  std::string named;
  for (auto& task : asyncio::all_tasks()) named += "'" + task.get_name() + "'";
  std::printf("left: [%s]\n", named.c_str());
}

int main() { asyncio::run(async_main()); }
