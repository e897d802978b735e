// What run() sees to: it does not nest, and it leaves nothing behind.

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;

// What `finally` is in Python, a destructor is in C++.
struct CleansUp {
  ~CleansUp() { std::puts("leftover: cleans up"); }
};

Coro<> leftover() {
  CleansUp cleans_up;
  try {
    co_await asyncio::sleep(3600s);
  } catch (const CancelledError&) {
    std::puts("leftover: cancelled");
    throw;
  }
}

Coro<> stubborn() {
  try {
    co_await asyncio::sleep(3600s);
  } catch (const CancelledError&) {
  }
  co_await asyncio::sleep(1s);
  std::puts("stubborn: ends a second later, and run() has waited");
}

Coro<> nest() {
  try {
    asyncio::run(leftover());
  } catch (const std::runtime_error& error) {
    std::printf("run inside run: %s\n", error.what());
  }
  co_return;
}

Coro<int> async_main() {
  co_await nest();
  asyncio::create_task(leftover());
  asyncio::create_task(stubborn());
  co_await asyncio::sleep(0s);
  std::puts("main: returns");
  co_return 42;
}

Coro<> fail() {
  throw std::runtime_error("no such page");
  co_return;
}

int main() {
  try {
    asyncio::create_task(async_main());
  } catch (const std::runtime_error& error) {
    std::printf("create_task outside of a loop: %s\n", error.what());
  }
  try {
    asyncio::current_task();
  } catch (const std::runtime_error& error) {
    std::printf("current_task outside of a loop: %s\n", error.what());
  }
  std::printf("run gives %d\n", asyncio::run(async_main()));
  try {
    asyncio::run(fail());
  } catch (const std::runtime_error& error) {
    std::printf("run throws: %s\n", error.what());
  }
}
