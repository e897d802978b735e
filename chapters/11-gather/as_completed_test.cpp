#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/as_completed.hpp"
#include "11-gather/gather_world.hpp"
#include "11-gather/wait.hpp"

// CPython's cases of as_completed (test_tasks.py, 3.12 and 3.13):
//
//   test_as_completed                       the first to finish first
//   test_as_completed_same_tasks_in_as_out  3.13's `async for`, which chapter
//                                           15's async iteration brings: not
//                                           here
//   test_as_completed_with_timeout          TimeoutError, and no cancel
//   test_as_completed_with_unused_timeout   a timer that is not needed
//   test_as_completed_resume_iterator       leave the loop, and go on
//   test_as_completed_reverse_wait          awaited in another order
//   test_as_completed_concurrent            awaited by several tasks
//   test_as_completed_duplicate_coroutines  a future that is given twice
//   test_as_completed_coroutine_without_loop      needs a running loop
//   test_as_completed_coroutine_use_running_loop  and is on it
//   test_as_completed_invalid_args          does not compile

namespace {

using namespace test;
using asyncio::TimeoutError;
using asyncio::as_completed;
using asyncio::sleep;
using std::runtime_error;
using Texts = std::vector<std::string>;

Coro<std::string> say(std::string text, Duration delay) {
  co_await sleep(delay);
  co_return text;
}
Coro<std::string> fail(std::string text, Duration delay) {
  co_await sleep(delay);
  throw runtime_error(text);
}

// Everything that a sequence gives, in the order in which it gives it.
template <class A>
Coro<Texts> collect(std::vector<A> awaitables,
                    std::optional<Duration> timeout = {}) {
  Texts texts;
  for (auto next : as_completed(std::move(awaitables), timeout)) {
    try {
      std::string text = co_await std::move(next);
      texts.push_back(std::move(text));
    } catch (const TimeoutError&) {
      texts.push_back("timeout");
    } catch (const runtime_error& error) {
      texts.push_back(error.what());
    }
  }
  co_return texts;
}

TEST("the first to finish comes first, be it well or with an error") {
  NoLeak no_leak;
  World world;
  std::vector<Coro<std::string>> coros;
  coros.push_back(say("c", 150ms));
  coros.push_back(say("a", 10ms));
  coros.push_back(fail("b", 20ms));
  CHECK_EQ(world.run(collect(std::move(coros))), Texts{"a", "b", "c"});
  CHECK_EQ(world.time(), 150ms);
  CHECK(world.reported.empty());
}

TEST("futures that are done already come in the order of the argument") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures<std::string>(3);
  futures[2].set_result("c");
  futures[0].set_result("a");
  futures[1].set_result("b");
  CHECK_EQ(world.run(collect(futures)), Texts{"a", "b", "c"});
}

TEST("a cancelled one gives its CancelledError") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(1);
  futures[0].cancel("why");
  std::string message;
  world.run([](std::vector<Future<int>> all, std::string& heard) -> Coro<void> {
    for (Coro<int> next : as_completed(all)) {
      try {
        co_await std::move(next);
      } catch (const CancelledError& error) {
        heard = error.message();
      }
    }
  }(futures, message));
  CHECK_EQ(message, "why");
}

TEST("after the timeout the rest throw TimeoutError, and run on") {
  NoLeak no_leak;
  World world;
  const std::vector<Task<std::string>> tasks{
      world.start(say("a", 100ms)), world.start(say("b", 150ms)),
      world.start(say("c", 160ms))};
  CHECK_EQ(world.run(collect(tasks, 120ms)),
           Texts{"a", "timeout", "timeout"});
  CHECK_EQ(world.time(), 120ms);
  CHECK_EQ(tasks[1].cancelling(), 0);
  world.run(asyncio::wait(tasks));
  CHECK_EQ(tasks[1].result(), "b");
  CHECK_EQ(tasks[2].result(), "c");
}

TEST("what was done in time is given after the timeout, too") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures<std::string>(2);
  const auto texts = world.run(
      [](std::vector<Future<std::string>> all) -> Coro<Texts> {
        const auto sequence = as_completed(all, 1s);
        all[1].set_result("in time");
        co_await sleep(2s);
        all[0].set_result("too late");
        Texts given;
        for (Coro<std::string> next : sequence) {
          try {
            std::string text = co_await std::move(next);
            given.push_back(std::move(text));
          } catch (const TimeoutError&) {
            given.push_back("timeout");
          }
        }
        co_return given;
      }(futures));
  CHECK_EQ(texts, Texts{"in time", "timeout"});
}

TEST("what is done in the very iteration of the timeout is too late") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures<std::string>(1);
  world.loop.call_later(1s, [&] { futures[0].set_result("too late"); });
  CHECK_EQ(world.run(collect(futures, 1s)), Texts{"timeout"});
  CHECK(futures[0].done());
}

TEST("a timeout of zero lets those come that are done already") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures<std::string>(2);
  futures[1].set_result("b");
  CHECK_EQ(world.run(collect(futures, Duration::zero())),
           Texts{"b", "timeout"});
}

TEST("a timeout that was not needed holds nobody up") {
  NoLeak no_leak;
  World world;
  std::vector<Coro<std::string>> coros;
  coros.push_back(say("a", 10ms));
  CHECK_EQ(world.run(collect(std::move(coros), 1s)), Texts{"a"});
  world.run([]() -> Coro<void> { co_await sleep(2s); }());
  CHECK_EQ(world.time(), 2010ms);
}

TEST("a future that is given twice comes once") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures<std::string>(2);
  futures[0].set_result("ham");
  futures[1].set_result("spam");
  CHECK_EQ(world.run(collect(std::vector{futures[0], futures[1], futures[0]})),
           Texts{"ham", "spam"});
}

TEST("a sequence of nothing is empty") {
  NoLeak no_leak;
  World world;
  CHECK_EQ(world.run(collect(std::vector<Coro<std::string>>(), 1s)), Texts{});
}

// The coroutines of a sequence, which is gone when this returns.
std::vector<Coro<std::string>> all_of(std::vector<Task<std::string>> tasks) {
  std::vector<Coro<std::string>> all;
  for (Coro<std::string> next : as_completed(std::move(tasks))) {
    all.push_back(std::move(next));
  }
  return all;
}

TEST("whoever awaits first gets the first, whichever coroutine it awaits") {
  NoLeak no_leak;
  World world;
  const auto texts = world.run([](World& in) -> Coro<Texts> {
    auto all = all_of({in.start(say("a", 50ms)), in.start(say("b", 100ms))});
    std::string first = co_await std::move(all[1]);
    CHECK_EQ(in.time(), 50ms);
    std::string second = co_await std::move(all[0]);
    CHECK_EQ(in.time(), 100ms);
    Texts given;
    given.push_back(std::move(first));
    given.push_back(std::move(second));
    co_return given;
  }(world));
  CHECK_EQ(texts, Texts{"a", "b"});
}

Coro<std::vector<Task<std::string>>> await_in_tasks(World& world) {
  auto all = all_of({world.start(say("a", 50ms)), world.start(say("b", 50ms))});
  std::vector<Task<std::string>> tasks;
  for (auto& next : all) tasks.push_back(create_task(std::move(next)));
  const auto result = co_await asyncio::wait(std::move(tasks));
  co_return result.done;
}

TEST("several tasks may await one sequence, and each gets another result") {
  NoLeak no_leak;
  World world;
  const auto done = world.run(await_in_tasks(world));
  CHECK_EQ(world.time(), 50ms);
  CHECK_EQ(done.size(), 2);
  CHECK(done[0].result() != done[1].result());
}

TEST("the loop over a sequence can be left and gone on with") {
  NoLeak no_leak;
  World world;
  const auto texts = world.run([](World& in) -> Coro<Texts> {
    const std::vector<Task<std::string>> tasks{
        in.start(say("a", 10ms)), in.start(say("b", 20ms)),
        in.start(say("c", 30ms))};
    const auto sequence = as_completed(tasks);
    Texts given;
    auto next = sequence.begin();
    for (; next != sequence.end() && given.size() < 2; ++next) {
      std::string text = co_await *next;
      given.push_back(std::move(text));
    }
    co_await sleep(1s);
    for (; next != sequence.end(); ++next) {
      std::string text = co_await *next;
      given.push_back(std::move(text));
    }
    co_return given;
  }(world));
  CHECK_EQ(texts, Texts{"a", "b", "c"});
}

TEST("as_completed needs a running loop") {
  NoLeak no_leak;
  World world;
  std::vector<Coro<std::string>> coros;
  coros.push_back(say("a", 10ms));
  CHECK_WHAT(as_completed(std::move(coros)), "no running event loop");
  CHECK_WHAT(as_completed(world.futures(1)), "no running event loop");
}

TEST("futures of another loop are refused") {
  NoLeak no_leak;
  World world;
  World other;
  const auto futures = other.futures<std::string>(1);
  CHECK_WHAT(world.run(collect(futures)), "belongs to a different loop");
}

// ---- Awaits that are cancelled.

struct Two {
  explicit Two(World& world, std::optional<Duration> timeout = {})
      : futures(world.futures<std::string>(2)) {
    auto coros = world.run(
        [](std::vector<Future<std::string>> all, std::optional<Duration> time)
            -> Coro<std::vector<Coro<std::string>>> {
          std::vector<Coro<std::string>> given;
          for (auto next : as_completed(all, time)) {
            given.push_back(std::move(next));
          }
          co_return given;
        }(futures, timeout));
    for (auto& coro : coros) awaits.push_back(world.start(std::move(coro)));
    world.settle();
  }
  std::vector<Future<std::string>> futures;
  std::vector<Task<std::string>> awaits;
};

TEST("when the time is over, all who await are told") {
  NoLeak no_leak;
  World world;
  Two two(world, 1s);
  world.run([]() -> Coro<void> { co_await sleep(2s); }());
  CHECK_EQ(state_of(two.awaits[0]), "timed out");
  CHECK_EQ(state_of(two.awaits[1]), "timed out");
}

TEST("a cancelled await takes nothing, and its message arrives") {
  NoLeak no_leak;
  World world;
  Two two(world);
  two.awaits[0].cancel("why");
  world.settle();
  CHECK_EQ(state_of(two.awaits[0]), "cancelled why");
  two.futures[1].set_result("b");
  world.settle();
  CHECK_EQ(two.awaits[1].result(), "b");
}

TEST("an await that is cancelled when it was woken lets the next one go") {
  NoLeak no_leak;
  World world;
  Two two(world);
  two.futures[1].set_result("b");
  world.turn();  // the first is woken, and has not run
  two.awaits[0].cancel("why");
  world.settle();
  CHECK_EQ(state_of(two.awaits[0]), "cancelled why");
  CHECK_EQ(state_of(two.awaits[1]), "ok");
}

}  // namespace
