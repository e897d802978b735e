#include <optional>
#include <string>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "exercises/expect.hpp"
#include "rate_limiter.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Task;
using exercise::RateLimiter;
using exercise::expect_equal;
using test::World;

namespace {

// Who was let through, and when: "ann 1000 ms".
using Log = std::vector<std::string>;

struct Caller {
  Caller(std::string n, Duration a, std::optional<Duration> c = {})
      : name(std::move(n)), asks_at(a), cancelled_at(c) {}
  std::string name;
  Duration asks_at;
  std::optional<Duration> cancelled_at;
};

Coro<> call(RateLimiter& limiter, Log& log, Caller caller) {
  if (caller.asks_at > 0s) co_await asyncio::sleep(caller.asks_at);
  co_await limiter.acquire();
  const auto now = asyncio::get_running_loop().time() - asyncio::TimePoint();
  log.push_back(caller.name + " " + std::to_string(now / 1ms) + " ms");
}

// Lets all of them call, on a loop whose clock jumps. Who still waits after an
// hour of it waits for ever.
Log run(RateLimiter& limiter, const std::vector<Caller>& callers) {
  Log log;
  World world;
  std::vector<Task<>> tasks;
  for (const Caller& caller : callers) {
    tasks.push_back(world.start(call(limiter, log, caller)));
    if (!caller.cancelled_at) continue;
    world.loop.call_later(*caller.cancelled_at,
                          [task = tasks.back()] { task.cancel(); });
  }
  world.run_for(1h);
  const Log until_then = log;
  std::string waiting;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!tasks[i].done()) waiting += " " + callers[i].name;
    tasks[i].cancel();
  }
  world.run_for(1h);
  if (!waiting.empty()) {
    exercise::fail("after an hour these still wait:" + waiting +
                       "; let through: " + test::show(until_then),
                   "who wakes the next in line, also if the one before it "
                   "was cancelled?");
  }
  for (const Task<>& task : tasks) {
    if (!task.cancelled()) task.result();
  }
  return until_then;
}

}  // namespace

TEST("three a second, when seven come at once") {
  RateLimiter limiter(3, 1s);
  const Log log = run(limiter, {{"a", 0s}, {"b", 0s}, {"c", 0s}, {"d", 0s},
                                {"e", 0s}, {"f", 0s}, {"g", 0s}});
  expect_equal("who was let through, and when", log,
               Log{"a 0 ms", "b 0 ms", "c 0 ms", "d 1000 ms", "e 1000 ms",
                   "f 1000 ms", "g 2000 ms"},
               "what has to be remembered of those who went before?");
}

TEST("any second counts, not only those that begin with the first call") {
  RateLimiter limiter(2, 1s);
  const Log log = run(limiter, {{"a", 0s}, {"b", 900ms}, {"c", 950ms},
                                {"d", 950ms}});
  expect_equal("who was let through, and when", log,
               Log{"a 0 ms", "b 900 ms", "c 1000 ms", "d 1900 ms"},
               "d: how many were let through in the second before, "
               "and which of them leaves it first?");
}

TEST("who comes after a silence does not wait, and saves nothing up") {
  RateLimiter limiter(2, 1s);
  const Log log = run(limiter, {{"a", 0s}, {"b", 9s}, {"c", 9s}, {"d", 9s}});
  expect_equal("who was let through, and when", log,
               Log{"a 0 ms", "b 9000 ms", "c 9000 ms", "d 10000 ms"},
               "only calls of the last second count");
}

TEST("who comes later does not overtake") {
  RateLimiter limiter(1, 1s);
  // late asks in the very moment in which early may go on.
  const Log log =
      run(limiter, {{"first", 0s}, {"late", 1s}, {"early", 200ms}});
  expect_equal("who was let through, and when", log,
               Log{"first 0 ms", "early 1000 ms", "late 2000 ms"},
               "early has waited: where does late have to wait?");
}

TEST("who is cancelled in line takes nobody's place") {
  RateLimiter limiter(1, 1s);
  const Log log = run(limiter, {{"a", 0s},
                                {"b", 0s, 500ms},
                                {"c", 0s, 600ms},
                                {"d", 0s},
                                {"e", 0s, 700ms},
                                {"f", 0s}});
  expect_equal("who was let through, and when", log,
               Log{"a 0 ms", "d 1000 ms", "f 2000 ms"},
               "when does a caller count: when it asks, or when it is let "
               "through?");
}
