// Whose cancellation is it? Limits within one another and a cancellation from
// outside all arrive as CancelledError. Each limit takes back what it has asked
// for, and who finds that nobody else has asked turns it into TimeoutError.

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/timeout.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Task;
using asyncio::TimeoutError;
using asyncio::timeout;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

std::string asked() {
  return std::to_string(asyncio::current_task().cancelling()) + " asked";
}

Coro<void> work() {
  std::exception_ptr cancelled;
  try {
    co_await asyncio::sleep(10s);
  } catch (const CancelledError&) {
    say("  work: cancelled, " + asked());
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  co_await asyncio::sleep(1s);
  say("  work: clean");
  std::rethrow_exception(cancelled);
}

Coro<void> two_limits(Duration outer, Duration inner) {
  auto body = [&]() -> Coro<void> {
    try {
      co_await timeout(inner, work);
    } catch (const TimeoutError&) {
      say("  the inner limit, " + asked());
    }
  };
  try {
    co_await timeout(outer, body);
  } catch (const TimeoutError&) {
    say("  the outer limit, " + asked());
  }
  say("  goes on, " + asked());
}

// Cancels it from outside, if it takes that long.
Coro<void> show(const char* what, Duration outer, Duration inner,
                Duration patience) {
  say(what);
  auto task = asyncio::create_task(two_limits(outer, inner));
  std::vector<Task<>> tasks{task};
  co_await asyncio::wait(std::move(tasks), patience);
  if (!task.done()) {
    say("  main: cancels");
    task.cancel();
  }
  try {
    co_await task;
  } catch (const CancelledError&) {
    say("  main: CancelledError, " + std::to_string(task.cancelling()) +
        " asked");
  }
}

Coro<void> main_coro() {
  co_await show("the inner limit first", 4s, 1s, 9s);
  co_await show("the outer limit first", 1s, 4s, 9s);
  co_await show("the outer limit, while the inner one's work cleans up", 1500ms,
                1s, 9s);
  co_await show("main, while the inner limit's work cleans up", 4s, 1s, 1500ms);
}

}  // namespace

int main() { asyncio::run(main_coro()); }
