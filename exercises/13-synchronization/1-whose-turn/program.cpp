// Three tasks want an item of one queue. main puts items in, takes one out
// itself, and cancels somebody who was told already.

#include <chrono>
#include <cstdio>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "13-synchronization/queue.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Queue;
using asyncio::Task;

Coro<> taker(const char* who, Queue<int>& queue) {
  std::printf("%s asks\n", who);
  try {
    const int item = co_await queue.get();
    std::printf("%s has %d\n", who, item);
  } catch (const asyncio::CancelledError&) {
    std::printf("%s is cancelled\n", who);
  }
}

Coro<> async_main() {
  Queue<int> queue;
  Task<> a = asyncio::create_task(taker("a", queue));
  Task<> b = asyncio::create_task(taker("b", queue));
  Task<> c = asyncio::create_task(taker("c", queue));
  co_await asyncio::sleep(1s);  // all that can happen, happens

  queue.put_nowait(1);
  std::printf("main has put 1\n");
  const int item = queue.get_nowait();
  std::printf("main has taken %d\n", item);
  co_await asyncio::sleep(1s);

  queue.put_nowait(2);
  std::printf("main has put 2\n");
  b.cancel();
  co_await asyncio::sleep(1s);

  queue.put_nowait(3);
  std::printf("main has put 3\n");
  co_await asyncio::sleep(1s);
}

int main() { asyncio::run(async_main()); }
