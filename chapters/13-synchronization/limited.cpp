// A limit on how many calls of a function are under way: with_semaphore wraps
// any coroutine function, as with_timeout does, and the two can be combined. It
// matters which is the outer one.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/limit.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Semaphore;
using asyncio::with_semaphore;
using asyncio::with_timeout;

void say(const std::string& text) {
  auto now = asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%4.1f  %s\n", std::chrono::duration<double>(now).count(),
              text.c_str());
}

Coro<> fetch(std::string page) {
  say(page + ": asks");
  co_await asyncio::sleep(1s);
  say(page + ": is here");
}

// Three calls of `function`, as tasks.
template <class F>
Coro<> three(const std::string& what, F function) {
  std::vector<asyncio::Task<>> tasks;
  for (const char* name : {" 1", " 2", " 3"}) {
    tasks.push_back(asyncio::create_task(function(what + name)));
  }
  for (auto& task : tasks) {
    try {
      co_await task;
    } catch (const asyncio::TimeoutError&) {
      say(what + ": TimeoutError");
    }
  }
}

Coro<> async_main() {
  Semaphore one(1);
  auto limited = with_semaphore(one, fetch);
  co_await three("one at a time", limited);
  auto outside = with_timeout(1500ms, limited);
  co_await three("1.5 s with the wait", outside);
  auto inside = with_semaphore(one, with_timeout(1500ms, fetch));
  co_await three("1.5 s without it", inside);
}

int main() { asyncio::run(async_main()); }
