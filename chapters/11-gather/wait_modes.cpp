// wait() in each of its modes, over the same three tasks. It tells which are
// done and which are not, and leaves them all as they are.

#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/wait.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::EventLoop;
using asyncio::ReturnWhen;
using asyncio::Task;
using asyncio::WaitResult;
using asyncio::create_task;

Coro<void> job(Duration delay, bool breaks = false) {
  co_await asyncio::sleep(delay);
  if (breaks) throw std::runtime_error("broke");
}

std::string names(const std::vector<Task<>>& tasks) {
  std::string text;
  for (const Task<>& task : tasks) {
    text += " " + task.get_name();
    if (task.done() && task.exception()) text += "(failed)";
  }
  return text;
}

Coro<void> show(const char* what, std::optional<Duration> timeout,
                ReturnWhen return_when) {
  EventLoop& loop = asyncio::get_running_loop();
  const asyncio::TimePoint began = loop.time();
  std::vector<Task<>> tasks{
      create_task(job(3s), "slow"),
      create_task(job(1s), "quick"),
      create_task(job(2s, true), "broken"),
  };
  auto [done, pending] =
      co_await asyncio::wait(std::move(tasks), timeout, return_when);
  const std::chrono::duration<double> taken = loop.time() - began;
  std::printf("%s, after %3.1f\n", what, taken.count());
  std::printf("  done:%s\n", names(done).c_str());
  std::printf("  pending:%s\n", names(pending).c_str());
  if (!pending.empty()) {
    const WaitResult<Task<>> later = co_await asyncio::wait(std::move(pending));
    std::printf("  later:%s\n", names(later.done).c_str());
  }
}

Coro<void> main_coro() {
  co_await show("FIRST_COMPLETED", {}, asyncio::FIRST_COMPLETED);
  co_await show("FIRST_EXCEPTION", {}, asyncio::FIRST_EXCEPTION);
  co_await show("ALL_COMPLETED", {}, asyncio::ALL_COMPLETED);
  co_await show("timeout of 2.5", 2500ms, asyncio::ALL_COMPLETED);
  co_await show("timeout of 0", 0s, asyncio::ALL_COMPLETED);
}

}  // namespace

int main() { asyncio::run(main_coro()); }
