// Eight requests at a server that shall never see more than three at once. Each
// is a row of a timeline, with a column for each half second: a dot while it
// waits for its permit, a # while it is under way.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"
#include "13-synchronization/semaphore.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Semaphore;

long column() {
  return asyncio::get_running_loop().time().time_since_epoch() / 500ms;
}

Coro<> request(int delay, Semaphore& semaphore, std::string& row) {
  const long asked = column();
  auto held = co_await semaphore.hold();
  const long began = column();
  co_await asyncio::sleep(delay * 500ms);
  row.append(static_cast<std::size_t>(began - asked), '.');
  row.append(static_cast<std::size_t>(column() - began), '#');
}

Coro<> async_main() {
  Semaphore semaphore(3);
  std::vector<std::string> rows(8);
  const std::vector<int> delays = {4, 2, 6, 3, 2, 4, 1, 3};
  auto body = [&](asyncio::TaskGroup& group) -> Coro<> {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      group.create_task(request(delays[i], semaphore, rows[i]));
    }
    co_return;
  };
  co_await asyncio::task_group(body);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::printf("request %d  %s\n", static_cast<int>(i + 1), rows[i].c_str());
  }
  std::printf("%.1f s\n", static_cast<double>(column()) / 2);
}

int main() { asyncio::run(async_main()); }
