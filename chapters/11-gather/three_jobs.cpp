// Three jobs of 1, 2 and 3 units. The second fails and the third is cancelled;
// gather waits for all of them all the same, and tells how each has ended.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Outcome;
using asyncio::Task;

asyncio::TimePoint began;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time() - began;
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

Coro<int> job(std::string name, int units, bool breaks = false) {
  say(name + " begins");
  try {
    co_await asyncio::sleep(1s * units);
  } catch (const asyncio::CancelledError&) {
    say(name + " is cancelled");
    throw;
  }
  say(name + " ends");
  if (breaks) throw std::runtime_error(name + " broke");
  co_return units;
}

void print(const Outcome<int>& result) {
  try {
    std::printf("result: %d\n", result.value());
  } catch (const asyncio::CancelledError&) {
    std::puts("cancelled");
  } catch (const std::exception& error) {
    std::printf("failed: %s\n", error.what());
  }
}

Coro<void> main_coro() {
  EventLoop& loop = asyncio::get_running_loop();
  began = loop.time();
  Task<int> a = asyncio::create_task(job("a", 1));
  Task<int> b = asyncio::create_task(job("b", 2, true));
  Task<int> c = asyncio::create_task(job("c", 3));
  loop.call_later(2500ms, [c] { c.cancel(); });
  const std::vector<Task<int>> jobs{a, b, c};
  const std::vector<Outcome<int>> results =
      co_await asyncio::gather(asyncio::return_exceptions, jobs);
  say("all have ended");
  for (const Outcome<int>& result : results) print(result);
}

}  // namespace

int main() { asyncio::run(main_coro()); }
