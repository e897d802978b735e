// A task group: its tasks live and die together. One fails, and the others are
// cancelled, and the body too; nobody is left behind.

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"
#include "common/error.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::ExceptionGroup;
using asyncio::Task;
using asyncio::TaskGroup;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

Coro<std::string> job(std::string name, Duration delay, bool breaks = false) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const CancelledError&) {
    say(name + ": cancelled");
    throw;
  }
  if (breaks) {
    say(name + ": breaks");
    throw std::runtime_error(name + " broke");
  }
  say(name + ": done");
  co_return name;
}

Coro<void> all_is_well() {
  Task<std::string> first, second;
  auto body = [&](TaskGroup& group) -> Coro<void> {
    first = group.create_task(job("first", 1s));
    second = group.create_task(job("second", 2s));
    say("the body ends, and the group waits");
    co_return;
  };
  co_await asyncio::task_group(body);
  say(first.result() + " and " + second.result());
}

Coro<void> one_breaks() {
  asyncio::AnyTask task = asyncio::current_task();
  auto body = [](TaskGroup& group) -> Coro<void> {
    group.create_task(job("quick", 1s));
    group.create_task(job("broken", 2s, true));
    group.create_task(job("as broken", 2s, true));
    group.create_task(job("slow", 10s));
    co_await job("the body", 10s);
  };
  try {
    co_await asyncio::task_group(body);
  } catch (const ExceptionGroup& errors) {
    say(errors.what());
    for (const std::exception_ptr& error : errors.exceptions()) {
      say("  " + asyncio::describe(error));
    }
  }
  say("requests to cancel that are left: " +
      std::to_string(task.cancelling()));
}

Coro<void> main_coro() {
  co_await all_is_well();
  co_await one_breaks();
}

}  // namespace

int main() { asyncio::run(main_coro()); }
