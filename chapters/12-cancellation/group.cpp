// A task group: the first that fails cancels the rest, and the body; nobody
// leaves before all have ended.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::ExceptionGroup;
using asyncio::TaskGroup;

Coro<> job(std::string name, asyncio::Duration delay, bool fails) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const asyncio::CancelledError&) {
    std::printf("%s: cancelled\n", name.c_str());
    throw;
  }
  std::printf("%s: %s\n", name.c_str(), fails ? "fails" : "done");
  if (fails) throw std::runtime_error(name);
}

Coro<> async_main() {
  co_await asyncio::task_group([](TaskGroup& group) -> Coro<> {
    group.create_task(job("a", 2s, false));
    group.create_task(job("b", 1s, false));
    std::puts("body: has started both");
    co_return;
  });
  std::puts("main: both are done");

  try {
    co_await asyncio::task_group([](TaskGroup& group) -> Coro<> {
      group.create_task(job("c", 1s, false));
      group.create_task(job("d", 2s, true));
      group.create_task(job("e", 3s, false));
      co_await asyncio::sleep(1h);
      std::puts("body: not reached");
    });
  } catch (const ExceptionGroup& group) {
    std::printf("main: %s\n", group.what());
  }
  co_await asyncio::sleep(1s);
  std::puts("main: goes on");
}

int main() { asyncio::run(async_main()); }
