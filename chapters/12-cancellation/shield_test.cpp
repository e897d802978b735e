#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/shield.hpp"

// shield. CPython's cases (test_tasks.py, 3.12 and 3.13):
//
//   test_shield_result, test_shield_exception, test_shield_shortcut
//   test_shield_cancel_inner, test_shield_cancel_outer
//   test_shield_effect, test_shield_gather, test_gather_shield
//   test_shield_coroutine_without_loop, _use_running_loop
//   test_shield_coroutine_use_global_loop    there is no global loop
//
// wait_for_test.cpp has shield beneath wait_for.

namespace {

using namespace test;
using asyncio::gather;
using asyncio::shield;
using asyncio::sleep;
using std::runtime_error;

TEST("shield gives the result of what it shields") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto outer = shield(inner);
  inner.set_result(42);
  CHECK(!outer.done());
  world.settle();
  CHECK_EQ(outer.result(), 42);
}

TEST("shield gives the very error of what it shields") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto outer = shield(inner);
  world.turn();
  inner.set_exception(runtime_error("broke"));
  world.turn();
  CHECK_EQ(state_of(outer), "broke");
  CHECK_EQ(outer.exception(), inner.exception());
}

TEST("what is done already passes through") {
  World world;
  const auto inner = world.future();
  inner.set_result(42);
  CHECK(shield(inner) == inner);
}

TEST("cancelling the inner cancels both") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto outer = shield(inner);
  world.turn();
  inner.cancel();
  world.turn();
  CHECK(outer.cancelled());
}

TEST("cancelling the outer leaves the inner as it is") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto outer = shield(inner);
  world.turn();
  outer.cancel("not you");
  world.turn();
  CHECK_EQ(state_of(outer), "cancelled not you");
  CHECK(!inner.done());
  CHECK_EQ(inner.state()->ref_count(), 1);  // nothing waits for it any more
  inner.set_result(1);
  world.settle();
  CHECK_EQ(inner.result(), 1);
}

TEST("shielded work goes on, owned by the loop, when its waiter is cancelled") {
  NoLeak no_leak;
  World world;
  const auto future = world.future<void>();
  int proof = 0;
  auto inner = [&]() -> Coro<> {
    co_await future;
    proof += 1;
  };
  auto outer = [&]() -> Coro<> {
    co_await shield(inner());
    proof += 100;
  };
  const auto task = world.start(outer());
  world.settle();
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(all_tasks(world.loop).size(), 1);
  future.set_result();
  world.settle();
  CHECK_EQ(proof, 1);
  CHECK_EQ(all_tasks(world.loop).size(), 0);
}

TEST("an error of shielded work that nobody waits for is not reported") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto outer = shield(inner);
  outer.cancel();
  inner.set_exception(runtime_error("broke"));  // in the same iteration
  world.settle();
  CHECK_EQ(world.reported, std::vector<std::string>{});
}

TEST("but it is, when the work goes on after the cancellation") {
  World world;
  {
    const auto inner = world.future();
    const auto outer = shield(inner);
    outer.cancel();
    world.settle();
    inner.set_exception(runtime_error("broke"));
  }
  CHECK_EQ(world.reported, std::vector<std::string>{
                               "Future exception was never retrieved: broke"});
}

TEST("an error is reported when nobody looks at the shielding future") {
  World world;
  const auto inner = world.future();
  shield(inner);
  inner.set_exception(runtime_error("broke"));
  world.settle();
  CHECK_EQ(world.reported, std::vector<std::string>{
                               "Future exception was never retrieved: broke"});
}

TEST("a done callback is called though nobody holds the shielding future") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  const auto calls = count_calls(shield(inner));
  inner.set_result(1);
  world.settle();
  CHECK_EQ(*calls, 1);
}

TEST("a gather can be shielded") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto parent = gather(children);
  const auto outer = shield(parent);
  world.turn();
  outer.cancel();
  world.turn();
  CHECK(outer.cancelled());
  children[0].set_result(1);
  children[1].set_result(2);
  world.settle();
  CHECK_EQ(parent.result(), std::vector{1, 2});
}

TEST("what is shielded can be gathered") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto first = shield(children[0]);
  const auto second = shield(children[1]);
  const auto parent = gather(first, second);
  world.turn();
  parent.cancel();
  world.settle();
  CHECK_EQ(state_of(parent), "CancelledError ");
  CHECK(first.cancelled());
  CHECK(second.cancelled());
  children[0].set_result(1);
  children[1].set_result(2);
  world.settle();
}

TEST("a coroutine needs a running loop to be shielded") {
  World world;
  auto body = []() -> Coro<int> { co_return 42; };
  CHECK_WHAT(shield(body()), "no running event loop");
  auto test = [&]() -> Coro<Future<int>> { co_return shield(body()); };
  const auto outer = world.run(test());
  CHECK_EQ(run_until_complete(world.loop, outer), 42);
}

TEST("a result that can only be moved passes through") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<std::unique_ptr<int>> {
    co_await sleep(0s);
    co_return std::make_unique<int>(7);
  };
  auto main = [&]() -> Coro<int> {
    auto result = co_await shield(body());
    co_return *result;
  };
  CHECK_EQ(world.run(main()), 7);
}

TEST("a thousand shields over one task leave nothing with it") {
  NoLeak no_leak;
  World world;
  const auto inner = world.future();
  for (int i = 0; i < 1000; ++i) {
    const auto outer = shield(inner);
    outer.cancel();
    world.turn();
  }
  CHECK_EQ(inner.state()->ref_count(), 1);
}

TEST("what will never end, and its shield, leave nothing behind") {
  NoLeak no_leak;
  World world;
  {
    const auto inner = world.future();
    const auto outer = shield(inner);
  }
  Future<int> outer;
  {
    const auto inner = world.future();
    outer = shield(inner);
  }
  outer.cancel();  // long after the inner one is gone
  world.settle();
}

TEST("a loop that ends with shielded work under way leaves nothing behind") {
  NoLeak no_leak;
  World world;
  auto body = [&]() -> Coro<> { co_await shield(sleep(1h)); };
  const auto task = world.start(body());
  world.settle();
}

TEST("a loop that ends while a plain future is shielded leaves nothing") {
  NoLeak no_leak;
  for (bool cancel : {false, true}) {
    World world;
    auto body = [&]() -> Coro<> {
      const auto never = world.future();
      co_await shield(never);
    };
    const auto waits = world.start(body());
    auto around = [&]() -> Coro<> { co_await shield(waits); };
    const auto task = world.start(around());
    world.settle();
    if (cancel) task.cancel();
    world.turn();
  }
}

}  // namespace
