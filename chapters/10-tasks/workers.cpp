// Two workers, awaited one after the other, and then as tasks: three seconds,
// and two.

#include <chrono>
#include <cstdio>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;

Coro<> say_after(asyncio::Duration delay, const char* what) {
  co_await asyncio::sleep(delay);
  auto now = asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.0f s: %s\n", std::chrono::duration<double>(now).count(),
              what);
}

Coro<> in_sequence() {
  co_await say_after(1s, "hello");
  co_await say_after(2s, "world");
}

Coro<> as_tasks() {
  auto hello = asyncio::create_task(say_after(1s, "hello"));
  auto world = asyncio::create_task(say_after(2s, "world"));
  co_await hello;
  co_await world;
}

Coro<> async_main() {
  std::puts("awaited, one after the other:");
  co_await in_sequence();
  std::puts("as tasks:");
  co_await as_tasks();
}

int main() { asyncio::run(async_main()); }
