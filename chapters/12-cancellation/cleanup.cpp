// Cleaning up takes time: a cancelled task may await. It is done when it has
// ended, and not when it is asked to. Who asks twice cuts the cleanup short.

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Task;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

std::string word(bool yes) { return yes ? "True" : "False"; }

// C++ has no co_await in a catch block: the error is kept until after it.
Coro<void> transfer(std::string name) {
  std::exception_ptr cancelled;
  try {
    co_await asyncio::sleep(10s);
  } catch (const CancelledError& error) {
    say(name + ": asked to stop: " + error.message());
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  co_await asyncio::sleep(2s);
  say(name + ": says goodbye to its server");
  std::rethrow_exception(cancelled);
}

// Cancels once, and waits until it has taken place.
Coro<void> once() {
  auto task = asyncio::create_task(transfer("once"));
  co_await asyncio::sleep(1s);
  task.cancel("time to go");
  std::vector<Task<>> tasks{task};
  co_await asyncio::wait(std::move(tasks));
  say("once: cancelled? " + word(task.cancelled()));
}

// Loses patience after a second.
Coro<void> twice() {
  auto task = asyncio::create_task(transfer("twice"));
  co_await asyncio::sleep(1s);
  task.cancel("time to go");
  co_await asyncio::sleep(1s);
  task.cancel("now");
  try {
    co_await task;
  } catch (const CancelledError& error) {
    say("twice: ended by: " + error.message());
  }
  say("twice: asked " + std::to_string(task.cancelling()) + " times");
}

// Cancels a task that has not begun.
Coro<void> too_early() {
  auto task = asyncio::create_task(transfer("too_early"));
  task.cancel("never mind");
  std::vector<Task<>> tasks{task};
  co_await asyncio::wait(std::move(tasks));
  say("too_early: cancelled? " + word(task.cancelled()));
}

Coro<void> main_coro() {
  co_await once();
  co_await twice();
  co_await too_early();
}

}  // namespace

int main() { asyncio::run(main_coro()); }
