#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/gather.hpp"
#include "11-gather/gather_world.hpp"

// gather over coroutines, and cancelling it. CPython's cases (test_tasks.py):
//
//   CoroutineGatherTests
//     test_success, test_one_exception,   as with futures, through tasks
//     test_return_exceptions
//     test_constructor_without_loop       coroutines need a running loop
//     test_constructor_use_running_loop   gather is on it
//     test_constructor_use_global_loop    there is no global loop
//     test_duplicate_coroutines           a Coro has one owner and cannot be
//                                         given twice; a task can, below
//     test_cancellation_broadcast         cancelling reaches every child
//     test_exception_marking              what fails later is not reported
//     test_issue46672                     an argument that is no awaitable does
//                                         not compile
//   BaseTaskTests
//     test_cancel_gather_1                too late to cancel
//     test_cancel_gather_2                the message arrives
//     test_shield_gather, test_gather_shield      are chapter 12's

namespace {

using namespace test;
using asyncio::Outcome;
using asyncio::gather;
using asyncio::return_exceptions;
using asyncio::sleep;
using std::runtime_error;
using Log = std::vector<std::string>;

Coro<int> result_of(Future<int> future) {
  const int value = co_await future;
  co_return value;
}

std::vector<Coro<int>> coroutines_of(const std::vector<Future<int>>& futures) {
  std::vector<Coro<int>> all;
  for (const auto& future : futures) all.push_back(result_of(future));
  return all;
}

// What a program does that calls gather inside its loop.
template <class Gather>
auto called_in(World& world, Gather call) {
  using F = decltype(call());
  return world.run([](Gather body) -> Coro<F> { co_return body(); }(
      std::move(call)));
}

TEST("coroutines are run as tasks, and their results come in order") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(3);
  const auto all =
      called_in(world, [&] { return gather(coroutines_of(inner)); });
  inner[1].set_result(1);
  inner[0].set_result(2);
  world.settle();
  CHECK(!all.done());
  inner[2].set_result(3);
  world.settle();
  CHECK_EQ(all.result(), std::vector{2, 1, 3});
}

TEST("the first coroutine that throws ends gather, and the others run on") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(3);
  const auto all =
      called_in(world, [&] { return gather(coroutines_of(inner)); });
  inner[1].set_exception(runtime_error("broke"));
  world.settle();
  CHECK_EQ(state_of(all), "broke");
  CHECK_EQ(asyncio::all_tasks(world.loop).size(), 2);
  inner[0].set_result(1);
  inner[2].set_result(1);
  world.settle();
  CHECK(asyncio::all_tasks(world.loop).empty());
}

TEST("with return_exceptions every coroutine's end is a result") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(2);
  const auto all = called_in(world, [&] {
    return gather(return_exceptions, coroutines_of(inner));
  });
  inner[1].set_exception(runtime_error("broke"));
  world.settle();
  CHECK(!all.done());
  inner[0].set_result(5);
  world.settle();
  CHECK_EQ(all.result()[0].value(), 5);
  CHECK_WHAT(all.result()[1].value(), "broke");
}

TEST("gathering coroutines needs a running loop") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(2);
  CHECK_WHAT(gather(coroutines_of(inner)), "no running event loop");
}

Coro<void> add(Log& log, std::string text) {
  log.push_back(std::move(text));
  co_return;
}

Coro<void> begin_in_order(Log& log) {
  const auto all = gather(add(log, "a"), add(log, "b"), add(log, "c"));
  log.push_back("gather is called");
  co_await all;
  log.push_back("gather is done");
}

TEST("coroutines begin in the next iteration, in the order of the arguments") {
  NoLeak no_leak;
  World world;
  Log log;
  world.run(begin_in_order(log));
  CHECK_EQ(log, Log{"gather is called", "a", "b", "c", "gather is done"});
}

// Counts the iterations until `all` is done, from outside.
int turns_until_done(World& world, const Task<void>& task) {
  int turns = 0;
  while (!task.done()) {
    world.turn();
    ++turns;
  }
  return turns;
}

TEST("a coroutine that finishes at once is gathered in four iterations") {
  NoLeak no_leak;
  World world;
  Log log;
  // 1 calls gather, 2 runs the coroutine, 3 counts it, 4 goes on.
  const auto task = world.start(begin_in_order(log));
  CHECK_EQ(turns_until_done(world, task), 4);
}

TEST("a task that is given twice gives its result twice") {
  NoLeak no_leak;
  World world;
  const auto all = called_in(world, [] {
    const auto task = create_task(sleep(1ms, 7));
    return gather(task, task);
  });
  CHECK(world.run([](auto both) -> Coro<bool> {
    const auto [a, b] = co_await both;
    co_return a == 7 && b == 7;
  }(all)));
}

// ---- What fails later.

Coro<void> fail_after(Future<void> future) {
  co_await future;
  throw runtime_error("should not be ignored");
}

Coro<void> gather_two(Future<void> a, Future<void> b) {
  co_await gather(fail_after(a), fail_after(b));
}

TEST("an error behind the first one is not reported") {
  NoLeak no_leak;
  World world;
  const auto a = world.future<void>();
  const auto b = world.future<void>();
  const auto task = world.start(gather_two(a, b));
  world.turn();
  a.set_result();
  world.settle();
  CHECK_EQ(state_of(task), "should not be ignored");
  b.set_result();
  world.settle();
  CHECK(asyncio::all_tasks(world.loop).empty());
  CHECK(world.reported.empty());
}

// ---- Cancelling gather.

Coro<void> wait_for_it(Future<void> future, int& reached) {
  co_await future;
  ++reached;
}

TEST("cancelling the task that awaits gather cancels every child") {
  NoLeak no_leak;
  World world;
  int reached = 0;
  const auto waiter = world.future<void>();
  const auto a = world.start(wait_for_it(waiter, reached));
  const auto b = world.start(wait_for_it(waiter, reached));
  const auto all = gather(a, b);
  const auto task = world.start(
      [](auto awaited, int& after) -> Coro<void> {
        co_await awaited;
        after += 100;
      }(all, reached));
  world.turn();
  CHECK(task.cancel("why"));
  world.settle();
  CHECK_EQ(state_of(task), "cancelled why");
  CHECK(!all.cancel());  // too late
  CHECK(!all.cancelled());
  CHECK(waiter.cancelled());
  CHECK(a.cancelled());
  CHECK(b.cancelled());
  CHECK_EQ(reached, 0);
}

TEST("cancelling gather cancels the children, and then gather fails") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  CHECK(all.cancel("why"));
  CHECK(!all.done());
  CHECK(children[0].cancelled());
  CHECK(children[1].cancelled());
  world.turn();
  CHECK_EQ(state_of(all), "CancelledError why");
}

Coro<int> swallow(Future<int> future) {
  try {
    co_await future;
  } catch (const CancelledError&) {
  }
  co_await sleep(1s);
  co_return 1;
}

TEST("cancelled with return_exceptions, gather waits for all, then throws") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(1);
  const auto slow = world.start(swallow(inner[0]));
  const auto quick = world.future();
  const auto all = gather(return_exceptions, std::vector<Future<int>>{
                                                 slow, quick});
  world.turn();
  CHECK(all.cancel("why"));
  world.settle();
  CHECK(quick.cancelled());
  CHECK(!slow.done());  // it has work to do before it ends
  CHECK(!all.done());
  const auto task = world.start([](auto awaited) -> Coro<void> {
    co_await awaited;
  }(all));
  CHECK_THROWS(CancelledError, world.run([](Task<void> t) -> Coro<void> {
                 co_await t;
               }(task)));
  CHECK_EQ(world.time(), 1s);
  CHECK_EQ(slow.result(), 1);
  CHECK_EQ(state_of(all), "CancelledError why");
}

TEST("the message of a cancelled gather is its last argument's") {
  NoLeak no_leak;
  World world;
  const auto done = world.future();
  done.set_result(1);
  const auto pending = world.futures(2);
  const auto first = gather(return_exceptions, done, pending[0]);
  const auto last = gather(return_exceptions, pending[1], done);
  first.cancel("why");
  last.cancel("why");
  world.settle();
  CHECK_EQ(state_of(first), "CancelledError why");
  CHECK_EQ(state_of(last), "CancelledError ");  // done has no message
}

TEST("children that all swallow the cancel cannot make gather succeed") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(1);
  const auto task = world.start([](Future<int> future) -> Coro<int> {
    const auto all = gather(std::vector<Task<int>>{
        create_task(swallow(future))});
    const auto results = co_await all;
    co_return results[0];
  }(inner[0]));
  for (int i = 0; i < 3; ++i) world.turn();
  task.cancel();
  CHECK_THROWS(CancelledError, world.run([](Task<int> t) -> Coro<void> {
                 co_await t;
               }(task)));
  CHECK_EQ(world.time(), 1s);
}

TEST("a child that is cancelled alone leaves its siblings running") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(2);
  const auto a = world.start(result_of(inner[0]));
  const auto b = world.start(result_of(inner[1]));
  const auto all = gather(a, b);
  world.turn();
  a.cancel("why");
  world.settle();
  CHECK_EQ(state_of(all), "CancelledError why");
  CHECK(!b.done());
  inner[1].set_result(2);
  world.settle();
  CHECK_EQ(b.result(), 2);
}

TEST("after a failure, cancelling gather cancels nobody") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  children[0].set_exception(runtime_error("broke"));
  world.turn();
  CHECK_EQ(state_of(all), "broke");
  CHECK(!all.cancel());
  CHECK(!children[1].done());
}

TEST("gather refuses to be cancelled once all its children are done") {
  NoLeak no_leak;
  World world;
  const auto inner = world.futures(1);
  const auto all = called_in(world, [&] {
    return gather(coroutines_of(inner));
  });
  bool cancelled = true;
  world.settle();
  // The child has its result, and gather is not told yet.
  inner[0].add_done_callback([&](const Future<int>&) {
    asyncio::get_running_loop().call_soon([&] { cancelled = all.cancel(); });
  });
  inner[0].set_result(42);
  world.settle();
  CHECK(!cancelled);
  CHECK_EQ(all.result(), std::vector{42});
}

TEST("a gather that has only done children left takes no cancel") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(1);
  const auto all = gather(children);
  children[0].set_result(42);
  CHECK(!all.cancel());  // its last child is done, and it is not told yet
  world.turn();
  CHECK_EQ(all.result(), std::vector{42});
}

TEST("a cancel reaches through a gather in a gather") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  const auto all = gather(gather(children[0], children[1]), children[2]);
  CHECK(all.cancel("why"));
  for (const auto& child : children) CHECK(child.cancelled());
  world.settle();
  CHECK_EQ(state_of(all), "CancelledError why");
}

Coro<void> gather_for_ever() {
  for (;;) co_await gather(return_exceptions, sleep(50ms));
}

TEST("cancelling a task in its gather ends it, with the message") {
  for (const char* message : {"", "my message"}) {
    NoLeak no_leak;
    World world;
    const auto task = world.start(gather_for_ever());
    world.loop.call_later(200ms, [=] { task.cancel(message); });
    std::string heard = "nothing";
    try {
      world.run([](Task<void> t) -> Coro<void> { co_await t; }(task));
    } catch (const CancelledError& error) {
      heard = error.message();
    }
    CHECK_EQ(heard, message);
    CHECK(task.cancelled());
  }
}

}  // namespace
