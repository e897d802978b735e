// What a task does with its cancellation is its own business: it can clean up
// and let it pass, or swallow it and run to a result of its own.

#include <chrono>
#include <cstdio>

#include "09-futures/exceptions.hpp"
#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;

Coro<> polite() {
  std::puts("polite: works");
  bool cancelled = false;
  try {
    co_await asyncio::sleep(1h);
  } catch (const CancelledError& error) {
    std::printf("polite: cancelled, %s\n", error.message().c_str());
    cancelled = true;
  }
  if (cancelled) {
    co_await asyncio::sleep(1s);  // cleaning up may wait, too
    std::puts("polite: has cleaned up");
    throw CancelledError();
  }
}

Coro<int> stubborn() {
  std::puts("stubborn: works");
  try {
    co_await asyncio::sleep(1h);
  } catch (const CancelledError&) {
    std::puts("stubborn: does not care");
  }
  co_await asyncio::sleep(2s);
  co_return 42;
}

Coro<> async_main() {
  auto first = asyncio::create_task(polite());
  auto second = asyncio::create_task(stubborn());
  auto third = asyncio::create_task(polite());
  third.cancel();  // before its first step: its body never runs
  co_await asyncio::sleep(0s);
  first.cancel("time to go");
  second.cancel();
  try {
    co_await first;
  } catch (const CancelledError&) {
    std::puts("main: first was cancelled");
  }
  int result = co_await second;
  std::printf("main: second gave %d\n", result);
  std::printf("main: third cancelled: %s\n",
              third.cancelled() ? "True" : "False");
}

int main() { asyncio::run(async_main()); }
