#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "05-callbacks/loop_test.hpp"
#include "08-coroutines/root.hpp"
#include "exercises/expect.hpp"
#include "next_turn.hpp"

using asyncio::Coro;
using asyncio::Root;
using exercise::expect;
using exercise::expect_equal;
using exercise::NextTurn;
using test::Log;

namespace {

// Runs the loop until nothing is left that could happen.
void settle(test::ManualLoop& world) {
  world.loop.call_later(std::chrono::hours(1), [&] { world.loop.stop(); });
  world.loop.run_forever();
}

Coro<> say(Log& log, std::string name, int turns) {
  for (int i = 1; i <= turns; ++i) {
    log.push_back(name + std::to_string(i));
    co_await NextTurn();
  }
  log.push_back(name + " ends");
}

Coro<int> deep(int levels) {
  if (levels == 0) {
    co_await NextTurn();
    co_return 0;
  }
  const int below = co_await deep(levels - 1);
  co_return below + 1;
}

// Fails if the turn was taken and nobody resumed the coroutine.
void expect_ended(const Root<>& root) {
  expect(root.done(), "somebody wakes the coroutine that waits",
         "suspend() says who is to be resumed; who puts the driver into the "
         "loop's queue?");
}

}  // namespace

TEST("what is in the queue already runs first") {
  test::ManualLoop world;
  Log log;
  Root<> root(world.loop, say(log, "a", 1));
  world.loop.call_soon([&] { log.push_back("first"); });
  world.loop.schedule(root);
  world.loop.call_soon([&] { log.push_back("last"); });
  settle(world);
  expect_ended(root);
  expect_equal("the order", log, Log{"first", "a1", "last", "a ends"},
               "\"last\" is in the queue when \"a\" asks for the next turn; "
               "does the coroutine stop at all?");
}

TEST("two coroutines take turns") {
  test::ManualLoop world;
  Log log;
  Root<> a(world.loop, say(log, "a", 2));
  Root<> b(world.loop, say(log, "b", 2));
  world.loop.schedule(a);
  world.loop.schedule(b);
  settle(world);
  expect_ended(a);
  expect_ended(b);
  expect_equal("the order", log,
               Log{"a1", "b1", "a2", "b2", "a ends", "b ends"},
               "a turn ends when the coroutine is suspended");
}

TEST("a turn passes, and no time") {
  test::ManualLoop world;
  Log log;
  asyncio::TimePoint ended{};
  auto body = [&](int turns) -> Coro<> {
    for (int i = 0; i < turns; ++i) co_await NextTurn();
    ended = world.loop.time();
  };
  Root<> root(world.loop, body(100));
  const asyncio::TimePoint start = world.loop.time();
  world.loop.schedule(root);
  settle(world);
  expect_ended(root);
  expect(ended == start, "a hundred turns take no time",
         "no timer is needed: wake() puts the driver into the queue");
}

TEST("await_suspend returns, and leaves the rest to the loop") {
  test::ManualLoop world;
  Log log;
  Root<> root(world.loop, say(log, "a", 1));
  root.run();  // by hand: the loop does not run
  expect_equal("what has run when the loop has had no turn", log, Log{"a1"},
               "await_suspend resumes nobody; it only says who is next");
  settle(world);
  expect_ended(root);
}

TEST("a chain is resumed at its innermost coroutine") {
  test::ManualLoop world;
  Root<int> root(world.loop, deep(100));
  world.loop.schedule(root);
  settle(world);
  expect(root.done(), "somebody wakes the innermost coroutine",
         "which handle does suspend() want?");
  expect_equal("what the chain gave", root.result(), 100,
               "which handle does suspend() want?");
}
