// Time limits three ways: on what is still pending after a wait, around any
// coroutine function, and around a block.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/wait_for.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Task;
using asyncio::TimeoutError;

Coro<std::string> fetch(std::string name, asyncio::Duration delay) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const asyncio::CancelledError&) {
    std::printf("%s: cancelled\n", name.c_str());
    throw;
  }
  co_return name + " page";
}

Coro<> async_main() {
  std::vector<Task<std::string>> tasks = {
      asyncio::create_task(fetch("quick", 1s)),
      asyncio::create_task(fetch("slow", 5s)),
  };
  auto waited = co_await asyncio::wait(tasks, asyncio::FIRST_COMPLETED);
  std::printf("done: %s\n", waited.done[0].result().c_str());
  try {
    co_await asyncio::wait_for(waited.pending[0], 2s);
  } catch (const TimeoutError&) {
    std::printf("too slow; cancelled: %s\n",
                tasks[1].cancelled() ? "True" : "False");
  }

  auto limited = asyncio::with_timeout(2s, fetch);
  std::string page = co_await limited("one", 1s);
  std::printf("limited: %s\n", page.c_str());
  try {
    co_await limited("two", 3s);
  } catch (const TimeoutError&) {
    std::puts("limited: TimeoutError");
  }

  try {
    co_await asyncio::timeout(3s, []() -> Coro<> {
      std::string first = co_await fetch("three", 2s);
      std::printf("block: %s\n", first.c_str());
      co_await fetch("four", 2s);
    });
  } catch (const TimeoutError&) {
    std::puts("block: TimeoutError");
  }
}

int main() { asyncio::run(async_main()); }
