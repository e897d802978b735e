// wait cancels nothing when its time is over. Who has no use for what is still
// pending gives it a last chance by wait_for, which does.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/wait_for.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Task;
using asyncio::TimeoutError;

void say(const std::string& text) {
  const std::chrono::duration<double> now =
      asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%3.1f  %s\n", now.count(), text.c_str());
}

std::string word(bool yes) { return yes ? "True" : "False"; }

Coro<std::string> job(int seconds) {
  const std::string what = std::to_string(seconds) + " s";
  try {
    co_await asyncio::sleep(std::chrono::seconds(seconds));
    co_return what + " of work";
  } catch (const CancelledError&) {
    say("a job of " + what + " is cancelled");
    throw;
  }
}

Coro<void> show(const char* name, asyncio::ReturnWhen return_when) {
  say(std::string("return_when=") + name);
  std::vector<Task<std::string>> tasks;
  for (int seconds : {1, 2, 5}) {
    tasks.push_back(asyncio::create_task(job(seconds)));
  }
  auto [done, pending] = co_await asyncio::wait(tasks, 1500ms, return_when);
  say("done " + std::to_string(done.size()) + ", pending " +
      std::to_string(pending.size()));
  for (Task<std::string> task : pending) {
    try {
      const std::string result = co_await asyncio::wait_for(task, 1s);
      say(result);
    } catch (const TimeoutError&) {
      say("no more patience; cancelled? " + word(task.cancelled()));
    }
  }
}

Coro<void> main_coro() {
  co_await show("FIRST_COMPLETED", asyncio::FIRST_COMPLETED);
  co_await show("ALL_COMPLETED", asyncio::ALL_COMPLETED);
}

}  // namespace

int main() { asyncio::run(main_coro()); }
