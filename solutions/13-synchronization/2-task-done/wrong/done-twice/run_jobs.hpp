// The test says: how many are done: expected 15, came 6

#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/wait.hpp"
#include "13-synchronization/queue.hpp"

namespace exercise {

// Some work with a name, and how often it was tried.
struct Job {
  Job(std::string n, std::function<asyncio::Coro<>()> w)
      : name(std::move(n)), work(std::move(w)) {}
  std::string name;
  std::function<asyncio::Coro<>()> work;
  int tries = 0;
};

// The names of the jobs, in the order in which they ended.
struct Results {
  std::vector<std::string> done;
  std::vector<std::string> failed;
};

inline constexpr int kMaxTries = 3;

// Does one job after another. One that breaks is put back, behind the others,
// until it has had all its tries.
inline asyncio::Coro<> worker(asyncio::Queue<Job>& queue, Results& results) {
  for (;;) {
    Job job = co_await queue.get();
    ++job.tries;
    try {
      co_await job.work();
      results.done.push_back(job.name);
    } catch (const std::exception&) {
      if (job.tries < kMaxTries) {
        queue.put_nowait(job);
      } else {
        results.failed.push_back(job.name);
      }
      queue.task_done();
    }
    queue.task_done();
  }
}

// Runs all jobs, by so many workers, and returns when the last has ended.
inline asyncio::Coro<Results> run_jobs(std::vector<Job> jobs, int workers) {
  asyncio::Queue<Job> queue;
  Results results;
  for (Job& job : jobs) queue.put_nowait(std::move(job));
  std::vector<asyncio::Task<>> tasks;
  for (int i = 0; i < workers; ++i) {
    tasks.push_back(asyncio::create_task(worker(queue, results)));
  }
  co_await queue.join();
  for (const asyncio::Task<>& task : tasks) task.cancel();
  co_await asyncio::wait(tasks);
  co_return results;
}

}  // namespace exercise
