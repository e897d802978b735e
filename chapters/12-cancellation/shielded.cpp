// shield: cancelling the one who waits does not cancel the work. The waiting
// ends all the same.

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/shield.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Future;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

std::string word(bool yes) { return yes ? "True" : "False"; }

Coro<std::string> save(std::string name) {
  try {
    co_await asyncio::sleep(3s);
    say(name + ": saved");
    co_return name + " on disk";
  } catch (const CancelledError&) {
    say(name + ": not saved");
    throw;
  }
}

Coro<void> unprotected() { co_await save("letter"); }

Coro<void> protected_() { co_await asyncio::shield(save("diary")); }

Coro<void> cancel_after_a_second(Coro<void> job) {
  auto task = asyncio::create_task(std::move(job));
  co_await asyncio::sleep(1s);
  task.cancel();
  try {
    co_await task;
  } catch (const CancelledError&) {
    say("main: CancelledError");
  }
}

// The inner work may still be cancelled, by its own name.
Coro<void> cancel_the_inner() {
  auto inner = asyncio::create_task(save("novel"));
  Future<std::string> outer = asyncio::shield(inner);
  co_await asyncio::sleep(1s);
  inner.cancel();
  std::vector<Future<std::string>> futures{outer};
  co_await asyncio::wait(std::move(futures));
  say("main: inner " + word(inner.cancelled()) + ", outer " +
      word(outer.cancelled()));
}

Coro<void> main_coro() {
  co_await cancel_after_a_second(unprotected());
  co_await cancel_after_a_second(protected_());
  say("main: tasks alive: " + std::to_string(asyncio::all_tasks().size()));
  co_await asyncio::sleep(3s);
  say("main: tasks alive: " + std::to_string(asyncio::all_tasks().size()));
  co_await cancel_the_inner();
}

}  // namespace

int main() { asyncio::run(main_coro()); }
