// Three tasks with three delays. They run while main() waits for the slowest.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Task;

Coro<std::string> say_after(asyncio::Duration delay, std::string what) {
  co_await asyncio::sleep(delay);
  std::printf("%s\n", what.c_str());
  co_return what;
}

Coro<> async_main() {
  auto& loop = asyncio::get_running_loop();
  auto start = loop.time();
  std::vector<Task<std::string>> tasks = {
      asyncio::create_task(say_after(3s, "third")),
      asyncio::create_task(say_after(1s, "first")),
      asyncio::create_task(say_after(2s, "second")),
  };
  std::puts("three tasks, and none has begun");
  for (auto& task : tasks) {
    std::string what = co_await task;
    std::chrono::duration<double> time = loop.time() - start;
    std::printf("main has %s after %.0f s\n", what.c_str(), time.count());
  }
}

int main() { asyncio::run(async_main()); }
