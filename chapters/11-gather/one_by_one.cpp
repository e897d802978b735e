// Chapter 10's way to wait for many tasks: for one after another, in the order
// in which they were made. What comes early has to wait, what fails early is
// heard of late, and what fails behind a failure is not heard of at all.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "common/error.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Task;

asyncio::TimePoint began;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time() - began;
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

void nobody_looked(EventLoop&, const asyncio::ExceptionContext& context) {
  say("nobody looked at: " + asyncio::describe(context.exception));
}

Coro<std::string> page(std::string name, asyncio::Duration delay,
                       bool breaks = false) {
  co_await asyncio::sleep(delay);
  if (breaks) throw std::runtime_error(name + ": connection reset");
  say(name + " is here");
  co_return name;
}

Coro<void> main_coro() {
  EventLoop& loop = asyncio::get_running_loop();
  began = loop.time();
  loop.set_exception_handler(nobody_looked);
  std::vector<Task<std::string>> tasks{
      asyncio::create_task(page("/slow", 3s)),
      asyncio::create_task(page("/quick", 1s)),
      asyncio::create_task(page("/broken", 1500ms, true)),
      asyncio::create_task(page("/lost", 2s, true)),
  };
  try {
    for (const Task<std::string>& task : tasks) {
      const std::string name = co_await task;
      say("main has " + name);
    }
  } catch (const std::runtime_error& error) {
    say(std::string("main hears of ") + error.what());
  }
  tasks.clear();
}

}  // namespace

int main() { asyncio::run(main_coro()); }
