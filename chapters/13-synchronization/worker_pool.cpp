// A pool: three workers, which are coroutines, and a queue of jobs. The most
// urgent job is done first. A job that fails does not take its worker with it.

#include <chrono>
#include <compare>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/task_group.hpp"
#include "13-synchronization/queue.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::PriorityQueue;

struct Job {
  Job(int p, std::string n, int s) : priority(p), name(n), seconds(s) {}
  bool operator<(const Job& other) const { return priority < other.priority; }
  int priority;
  std::string name;
  int seconds;
};

void say(int worker, const std::string& what) {
  auto now = asyncio::get_running_loop().time().time_since_epoch();
  std::printf("%4.1f  worker %d %s\n",
              std::chrono::duration<double>(now).count(), worker,
              what.c_str());
}

Coro<> run_job(const Job& job) {
  co_await asyncio::sleep(job.seconds * 1s);
  if (job.name == "broken") throw std::runtime_error("it is broken");
}

Coro<> worker(int number, PriorityQueue<Job>& jobs) {
  for (;;) {
    Job job = co_await jobs.get();
    say(number, "begins " + job.name);
    try {
      co_await run_job(job);
      say(number, "ends " + job.name);
    } catch (const std::exception& error) {
      say(number, job.name + " failed: " + error.what());
    }
    jobs.task_done();
  }
}

Coro<> async_main() {
  PriorityQueue<Job> jobs;
  jobs.put_nowait(Job(5, "backup", 4));
  jobs.put_nowait(Job(3, "report", 2));
  jobs.put_nowait(Job(1, "alarm", 1));
  jobs.put_nowait(Job(2, "broken", 1));
  jobs.put_nowait(Job(4, "cleanup", 3));
  std::vector<asyncio::Task<>> workers;
  for (int i = 1; i <= 3; ++i) {
    workers.push_back(asyncio::create_task(worker(i, jobs)));
  }
  co_await asyncio::sleep(1500ms);
  co_await jobs.put(Job(0, "a call", 1));
  co_await jobs.join();
  for (auto& task : workers) task.cancel();
  std::puts("all jobs are done");
}

int main() { asyncio::run(async_main()); }
