// Two producers and two consumers, and a queue with room for two. The producers
// are the faster ones, so they wait; join() tells when all is done.

#include <chrono>
#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "13-synchronization/queue.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Queue;

void say(const char* who, const std::string& what) {
  auto now = asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%4.1f  %s %s\n", std::chrono::duration<double>(now).count(),
              who, what.c_str());
}

Coro<> producer(const char* name, Queue<std::string>& queue) {
  for (int i = 1; i <= 3; ++i) {
    co_await asyncio::sleep(500ms);
    std::string item = name + std::to_string(i);
    const bool full = queue.full();
    if (full) say(name, "waits with " + item);
    co_await queue.put(item);
    say(name, "has put " + item);
  }
}

Coro<> consumer(const char* name, Queue<std::string>& queue) {
  for (;;) {
    std::string item = co_await queue.get();
    say(name, "has got " + item);
    co_await asyncio::sleep(2s);
    queue.task_done();
  }
}

Coro<> async_main() {
  Queue<std::string> queue(2);
  auto first = asyncio::create_task(consumer("one", queue));
  auto second = asyncio::create_task(consumer("two", queue));
  auto a = producer("a", queue);
  auto b = producer("b", queue);
  co_await asyncio::gather(std::move(a), std::move(b));
  say("main", "has no more to put in");
  co_await queue.join();
  say("main", "is done");
  first.cancel();
  second.cancel();
  co_await asyncio::gather(asyncio::return_exceptions, first, second);
  const bool both = first.cancelled() && second.cancelled();
  std::printf("      both consumers were cancelled: %s\n",
              both ? "True" : "False");
}

int main() { asyncio::run(async_main()); }
