#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "exercises/expect.hpp"
#include "race.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using asyncio::Task;
using asyncio::create_task;
using exercise::expect_equal;
using exercise::race;
using test::World;

namespace {

using Runners = std::vector<Task<std::string>>;

// Runs a coroutine function on a loop whose clock jumps. Who still waits after
// an hour of it waits for ever.
template <class F>
void run(F function) {
  World world;
  const Task<> task = world.start(function(world));
  task.add_done_callback([&](const Future<>&) { world.loop.stop(); });
  world.run_for(1h);
  const bool ended = task.done();
  for (const auto& left : asyncio::all_tasks(world.loop)) left.cancel();
  world.run_for(1h);
  if (!ended) {
    exercise::fail("nothing happens any more, and race has not returned",
                   "what does it wait for that will never come?");
  }
  task.result();
}

enum class Manners { kGoesAtOnce, kCleansUp, kStaysOn, kBreaks };

// Takes so long; and when it is cancelled, it ends according to its manners.
Coro<std::string> runner(std::string name, Duration delay,
                         Manners manners = Manners::kGoesAtOnce) {
  std::exception_ptr cancelled;
  try {
    co_await asyncio::sleep(delay);
  } catch (const CancelledError&) {
    if (manners == Manners::kGoesAtOnce) throw;
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return name;
  co_await asyncio::sleep(2s);  // its cleanup
  if (manners == Manners::kBreaks) throw std::runtime_error("broken cleanup");
  if (manners == Manners::kCleansUp) std::rethrow_exception(cancelled);
  co_return name;
}

Coro<std::string> stumbles(std::string name, Duration delay) {
  co_await asyncio::sleep(delay);
  throw std::runtime_error(name + " stumbles");
}

// How a runner ended, in words.
std::string end_of(const Task<std::string>& task) {
  if (!task.done()) return "it still runs";
  if (task.cancelled()) return "cancelled";
  return task.exception() ? test::state_of(task) : "a result";
}

// How the race ended, in words.
Coro<std::string> winner(Runners runners) {
  std::string text;
  try {
    text = co_await race(runners);
  } catch (...) {
    text = test::text_of(std::current_exception());
  }
  co_return text;
}

}  // namespace

TEST("the first result wins, wherever it stands in the list") {
  run([](World& world) -> Coro<> {
    Runners runners{create_task(runner("slow", 3s)),
                    create_task(runner("quick", 1s))};
    const std::string came = co_await winner(runners);
    expect_equal("the winner", came, "quick",
                 "wait with FIRST_COMPLETED says who is done, "
                 "as_completed who is next");
    expect_equal("how far the clock has come", world.time(), 1000ms,
                 "nobody is to wait until the slow one ends by itself");
  });
}

TEST("the loser is cancelled, and has ended when race returns") {
  run([](World& world) -> Coro<> {
    Runners runners{create_task(runner("quick", 1s)),
                    create_task(runner("slow", 9s, Manners::kCleansUp))};
    const std::string came = co_await winner(runners);
    expect_equal("the winner", came, "quick", "who is done first?");
    expect_equal("how the loser ended", end_of(runners[1]), "cancelled",
                 "it is to be asked to stop, and then to be waited for");
    expect_equal("how far the clock has come", world.time(), 3000ms,
                 "one second of running, two of the loser's cleanup");
  });
}

TEST("all losers are cancelled at once") {
  run([](World& world) -> Coro<> {
    Runners runners{create_task(runner("slow", 8s, Manners::kCleansUp)),
                    create_task(runner("quick", 1s)),
                    create_task(runner("slower", 9s, Manners::kCleansUp))};
    const std::string came = co_await winner(runners);
    expect_equal("the winner", came, "quick", "who is done first?");
    expect_equal("how the first loser ended", end_of(runners[0]), "cancelled",
                 "is it cancelled, and waited for?");
    expect_equal("how the second loser ended", end_of(runners[2]), "cancelled",
                 "is it cancelled, and waited for?");
    expect_equal("how far the clock has come", world.time(), 3000ms,
                 "both need two seconds for their cleanup, side by side");
  });
}

TEST("who stumbles is out, and the race goes on") {
  run([](World&) -> Coro<> {
    Runners runners{create_task(stumbles("one", 1s)),
                    create_task(runner("two", 2s)),
                    create_task(runner("three", 3s))};
    const std::string came = co_await winner(runners);
    expect_equal("the winner", came, "two",
                 "the first to end has no result: that is no winner");
  });
}

TEST("when all have stumbled, the last error is thrown") {
  run([](World&) -> Coro<> {
    Runners runners{create_task(stumbles("late", 2s)),
                    create_task(stumbles("early", 1s))};
    const std::string came = co_await winner(runners);
    expect_equal("what race ended with", came, "late stumbles",
                 "nobody is left, so somebody's error has to be told");
  });
}

TEST("how a loser ends does not matter") {
  run([](World&) -> Coro<> {
    Runners runners{create_task(runner("quick", 1s)),
                    create_task(runner("stays", 8s, Manners::kStaysOn)),
                    create_task(runner("breaks", 9s, Manners::kBreaks))};
    const std::string came = co_await winner(runners);
    expect_equal("the winner", came, "quick",
                 "does the wait for the losers throw, or give a result?");
    expect_equal("how the last loser ended", end_of(runners[2]),
                 "broken cleanup", "is it waited for?");
  });
}
