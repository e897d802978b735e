#include <stdexcept>
#include <string>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "exercises/expect.hpp"
#include "run_jobs.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using asyncio::Task;
using exercise::Job;
using exercise::Results;
using exercise::expect_equal;
using test::World;

namespace {

using Names = std::vector<std::string>;

// Runs the jobs on a loop whose clock jumps. Who still waits after an hour of
// it waits for ever.
Results run(std::vector<Job> jobs, int workers) {
  World world;
  const Task<Results> task =
      world.start(exercise::run_jobs(std::move(jobs), workers));
  task.add_done_callback([&](const Future<Results>&) { world.loop.stop(); });
  world.run_for(1h);
  const bool ended = task.done();
  for (const auto& left : asyncio::all_tasks(world.loop)) left.cancel();
  world.run_for(1h);
  if (!ended) {
    exercise::fail("nothing happens any more: all workers wait for a job, and "
                   "join() still waits for them",
                   "take a job that is tried twice: how often is it put in, "
                   "and how often is it said to be done?");
  }
  const Results results = task.result();
  expect_equal("errors of workers that nobody looked at", world.reported,
               Names(), "what does queue.task_done() say against it?");
  return results;
}

// Takes a second, and breaks the first `broken` times that it is tried.
Job make_job(const std::string& name, int broken, int& calls) {
  return Job(name, [broken, &calls]() -> Coro<> {
    const bool breaks = ++calls <= broken;
    return [](bool broken_now) -> Coro<> {
      co_await asyncio::sleep(1s);
      if (broken_now) throw std::runtime_error("it broke");
    }(breaks);
  });
}

}  // namespace

TEST("jobs that go well are all done") {
  int calls = 0;
  const Results results =
      run({make_job("one", 0, calls), make_job("two", 0, calls),
           make_job("three", 0, calls)}, 2);
  expect_equal("the jobs that are done", results.done,
               Names{"one", "two", "three"}, "two at once, in this order");
  expect_equal("how often a job was called", calls, 3, "each is done once");
}

TEST("a job that breaks once is done at its second try") {
  int calls = 0;
  const Results results = run({make_job("shaky", 1, calls)}, 1);
  expect_equal("the jobs that are done", results.done, Names{"shaky"},
               "did join() return while the job was neither here nor there?");
  expect_equal("how often the job was called", calls, 2, "it broke once");
}

TEST("a job that always breaks has three tries, and holds up no other") {
  int bad_calls = 0;
  int good_calls = 0;
  const Results results = run({make_job("bad", 9, bad_calls),
                               make_job("good", 0, good_calls)}, 2);
  expect_equal("the jobs that are done", results.done, Names{"good"},
               "one of two");
  expect_equal("the jobs that have failed", results.failed, Names{"bad"},
               "its third try was the last");
  expect_equal("how often the bad job was called", bad_calls, 3,
               "kMaxTries says so");
}

TEST("many jobs that break are all counted") {
  std::vector<int> calls(20, 0);
  std::vector<Job> jobs;
  for (int i = 0; i < 20; ++i) {
    jobs.push_back(make_job("job", i % 4, calls[static_cast<std::size_t>(i)]));
  }
  const Results results = run(jobs, 3);
  expect_equal("how many are done", results.done.size(), 15u,
               "those that break less than three times; "
               "is task_done() said once for each get()?");
  expect_equal("how many have failed", results.failed.size(), 5u,
               "those that break three times");
}
