// A thousand jobs for a server that can bear twenty at once, and refuses the
// rest. Four ways to give it the jobs: a task for each; the same with a
// semaphore; ten workers and a queue; ten workers and a queue with little room.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"
#include "13-synchronization/queue.hpp"
#include "13-synchronization/semaphore.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Queue;
using asyncio::Semaphore;
using asyncio::TaskGroup;

constexpr int jobs = 1000;
constexpr int bearable = 20;

struct Server {
  int now = 0;
  int most = 0;
  int served = 0;
  int refused = 0;
  int most_tasks = 0;   // that were alive
  int most_queued = 0;  // jobs that were made, and waited
};

Coro<> request(Server& server) {
  ++server.now;
  server.most = std::max(server.most, server.now);
  const int tasks = static_cast<int>(asyncio::all_tasks().size());
  server.most_tasks = std::max(server.most_tasks, tasks);
  if (server.now > bearable) {
    ++server.refused;
  } else {
    co_await asyncio::sleep(1s);
    ++server.served;
  }
  --server.now;
}

Coro<> limited_request(Server& server, Semaphore& semaphore) {
  auto held = co_await semaphore.hold();
  co_await request(server);
}

Coro<> task_for_each(Server& server) {
  auto body = [&](TaskGroup& group) -> Coro<> {
    for (int i = 0; i < jobs; ++i) group.create_task(request(server));
    co_return;
  };
  co_await asyncio::task_group(body);
}

Coro<> with_semaphore(Server& server) {
  Semaphore semaphore(10);
  auto body = [&](TaskGroup& group) -> Coro<> {
    for (int i = 0; i < jobs; ++i) {
      group.create_task(limited_request(server, semaphore));
    }
    co_return;
  };
  co_await asyncio::task_group(body);
}

Coro<> worker(Server& server, Queue<int>& queue) {
  for (;;) {
    co_await queue.get();
    co_await request(server);
    queue.task_done();
  }
}

Coro<> pool(Server& server, int room) {
  Queue<int> queue(room);
  auto body = [&](TaskGroup& group) -> Coro<> {
    std::vector<asyncio::Task<>> workers;
    for (int i = 0; i < 10; ++i) {
      workers.push_back(group.create_task(worker(server, queue)));
    }
    for (int i = 0; i < jobs; ++i) {
      co_await queue.put(i);
      const int queued = static_cast<int>(queue.qsize());
      server.most_queued = std::max(server.most_queued, queued);
    }
    co_await queue.join();
    for (auto& task : workers) task.cancel();
  };
  co_await asyncio::task_group(body);
}
Coro<> pool_with_queue(Server& server) { return pool(server, 0); }
Coro<> pool_with_room(Server& server) { return pool(server, 10); }

Coro<> show(const char* what, Coro<> (*work)(Server&)) {
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  const auto start = loop.time();
  Server server;
  co_await work(server);
  const std::chrono::duration<double> time = loop.time() - start;
  std::printf("%-22s %5d %6d %7d %7d %7d %6.1f s\n", what, server.most_tasks,
              server.most_queued, server.most, server.served, server.refused,
              time.count());
}

Coro<> async_main() {
  std::printf("%-22s %5s %6s %7s %7s %7s\n", "", "tasks", "queued", "at once",
              "served", "refused");
  co_await show("a task for each", task_for_each);
  co_await show("a semaphore of 10", with_semaphore);
  co_await show("10 workers", pool_with_queue);
  co_await show("10 workers, room for 10", pool_with_room);
}

int main() { asyncio::run(async_main()); }
