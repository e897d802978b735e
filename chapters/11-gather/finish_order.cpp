// as_completed: the same tasks as in one_by_one, but whoever is ready first
// comes first. A timeout ends the waiting, and not the tasks.

#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/as_completed.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Task;

asyncio::TimePoint began;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time() - began;
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

Coro<std::string> page(std::string name, Duration delay, bool breaks = false) {
  co_await asyncio::sleep(delay);
  if (breaks) throw std::runtime_error(name + ": connection reset");
  co_return name;
}

Coro<void> show(std::optional<Duration> timeout) {
  began = asyncio::get_running_loop().time();
  const std::vector<Task<std::string>> tasks{
      asyncio::create_task(page("/slow", 3s)),
      asyncio::create_task(page("/quick", 1s)),
      asyncio::create_task(page("/broken", 2s, true)),
  };
  for (Coro<std::string> coming : asyncio::as_completed(tasks, timeout)) {
    try {
      const std::string name = co_await std::move(coming);
      say("main has " + name);
    } catch (const asyncio::TimeoutError&) {
      say("time is over");
    } catch (const std::runtime_error& error) {
      say(std::string("main hears of ") + error.what());
    }
  }
  const std::string slow = co_await tasks[0];
  say("in the end: " + slow);
}

Coro<void> main_coro() {
  std::puts("without a timeout");
  co_await show({});
  std::puts("with a timeout of 2.5");
  co_await show(2500ms);
}

}  // namespace

int main() { asyncio::run(main_coro()); }
