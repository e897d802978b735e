// shield() stands between a waiter and the work: the waiter can be cancelled,
// the work goes on.

#include <chrono>
#include <cstdio>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/shield.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Task;

Coro<int> save() {
  std::puts("save: begins");
  co_await asyncio::sleep(2s);
  std::puts("save: has saved");
  co_return 7;
}

Coro<> request(Task<int> saving) {
  try {
    co_await asyncio::shield(saving);
  } catch (const CancelledError&) {
    std::puts("request: cancelled at its await");
    throw;
  }
}

Coro<> async_main() {
  auto saving = asyncio::create_task(save());
  auto asking = asyncio::create_task(request(saving));
  co_await asyncio::sleep(1s);
  asking.cancel();
  try {
    co_await asking;
  } catch (const CancelledError&) {
    std::printf("main: saving is done: %s\n", saving.done() ? "True" : "False");
  }
  int result = co_await saving;
  std::printf("main: saving gave %d\n", result);

  auto inner = asyncio::create_task(save());
  auto outer = asyncio::shield(inner);
  co_await asyncio::sleep(0s);
  inner.cancel();
  try {
    co_await outer;
  } catch (const CancelledError&) {
    std::puts("main: cancelling the inner cancels both");
  }
}

int main() { asyncio::run(async_main()); }
