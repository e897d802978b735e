// Cancelled, and what three jobs make of it: the first cleans up and lets the
// cancellation pass, the second takes it for an answer, and the third goes on.

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

std::string word(bool yes) { return yes ? "True" : "False"; }

Coro<std::string> download(std::string name) {
  say(name + ": begins");
  co_await asyncio::sleep(10s);
  co_return name + ": all of it";
}

// Cleans up, and lets the cancellation pass.
Coro<std::string> polite() {
  try {
    std::string all = co_await download("polite");
    co_return all;
  } catch (const CancelledError&) {
    say("polite: cleans up");
    throw;
  }
}

// Takes the cancellation for an answer.
Coro<std::string> clever() {
  try {
    std::string all = co_await download("clever");
    co_return all;
  } catch (const CancelledError&) {
    say("clever: gives what it has");
  }
  co_return "clever: half of it";
}

// Does not even stop.
Coro<std::string> stubborn() {
  try {
    co_await download("stubborn");
  } catch (const CancelledError&) {
    say("stubborn: goes on");
  }
  co_await asyncio::sleep(2s);
  co_return "stubborn: all of it";
}

Coro<void> cancel_after_a_second(Coro<std::string> job) {
  auto task = asyncio::create_task(std::move(job));
  co_await asyncio::sleep(1s);
  say("main: cancels, " + word(task.cancel()));
  say("main: cancelled? " + word(task.cancelled()) + ", done? " +
      word(task.done()));
  try {
    const std::string result = co_await task;
    say("main: has " + result);
  } catch (const CancelledError&) {
    say("main: CancelledError");
  }
  say("main: cancelled? " + word(task.cancelled()) + ", asked " +
      std::to_string(task.cancelling()));
}

Coro<void> main_coro() {
  co_await cancel_after_a_second(polite());
  co_await cancel_after_a_second(clever());
  co_await cancel_after_a_second(stubborn());
}

}  // namespace

int main() { asyncio::run(main_coro()); }
