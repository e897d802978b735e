#include <string>
#include <vector>

#include "11-gather/wait.hpp"
#include "12-cancellation/cancel_world.hpp"

// How requests to cancel are counted and taken back, and where their messages
// go. CPython's cases (test_tasks.py, 3.12 and 3.13):
//
//   BaseTaskTests
//     test_task_cancel_message_getter      cancelled before its first step
//     test_task_cancel_message_setter      sets a private member: not here
//     test_cancel_with_message_*           the awaiting task ends with it.
//                                          Messages that are no strings
//                                          cannot apply
//     test_cancellation_exception_context  exceptions have no context in C++
//     test_cancelling, test_uncancel_basic, test_uncancel_structured_blocks
//     test_uncancel_resets_must_cancel     3.13
//     test_cancel_gather_2                 the message, through a gather: 11
//
// cancel_test.cpp has the rest.

namespace {

using namespace test;
using asyncio::current_task;
using asyncio::sleep;

Coro<> sleep_long() { co_await sleep(1h); }
Coro<> await_task(Task<> task) { co_await task; }

TEST("the message comes out of the await") {
  NoLeak no_leak;
  World world;
  std::string seen;
  auto body = [&]() -> Coro<> {
    try {
      co_await sleep_long();
    } catch (const CancelledError& error) {
      seen = error.message();
    }
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel("enough");
  world.settle();
  CHECK_EQ(seen, "enough");
}

TEST("the first who looks at a cancelled task sees the message") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(sleep_long());
  world.turn();
  task.cancel("my message");
  world.settle();
  CHECK_EQ(state_of(task), "cancelled my message");
  CHECK_EQ(state_of(task), "cancelled ");
}

TEST("so it is for a task that was cancelled before its first step") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(sleep_long());
  task.cancel("my message");
  world.settle();
  CHECK_EQ(state_of(task), "cancelled my message");
  CHECK_EQ(state_of(task), "cancelled ");
}

TEST("everybody sees the message of a task cancelled in its last step") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    current_task().cancel("my message");
    co_return;
  };
  const auto task = world.start(body());
  world.settle();
  CHECK_EQ(state_of(task), "cancelled my message");
  CHECK_EQ(state_of(task), "cancelled my message");
}

TEST("everybody sees the message of a future that is no task") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  future.cancel("my message");
  CHECK_EQ(state_of(future), "cancelled my message");
  CHECK_EQ(state_of(future), "cancelled my message");
}

TEST("the message passes through the tasks that await one another") {
  NoLeak no_leak;
  World world;
  const auto inner = world.start(sleep_long());
  const auto middle = world.start(await_task(inner));
  const auto outer = world.start(await_task(middle));
  world.settle();
  outer.cancel("my message");
  world.settle();
  CHECK_EQ(state_of(outer), "cancelled my message");
  CHECK_EQ(state_of(middle), "cancelled ");  // outer has looked
  CHECK_EQ(state_of(inner), "cancelled ");
}

// A task that cancels another, waits for it and looks, by result() or by
// exception(), ends as cancelled with that message.
TEST("a look at a cancelled task throws its CancelledError") {
  for (const bool by_result : {true, false}) {
    for (const bool started : {true, false}) {
      NoLeak no_leak;
      World world;
      auto body = [&]() -> Coro<> {
        auto task = create_task(sleep_long());
        if (started) co_await sleep(0s);
        task.cancel("my message");
        std::vector<Task<>> tasks{task};
        co_await asyncio::wait(std::move(tasks));
        if (by_result) task.result();
        (void)task.exception();
      };
      const auto task = world.start(body());
      world.settle();
      CHECK_EQ(state_of(task), "cancelled my message");
    }
  }
}

TEST("the message of a request that came beside a result is not lost") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  auto body = [&]() -> Coro<> { co_await future; };
  const auto task = world.start(body());
  world.turn();
  future.set_result(1);
  task.cancel("my message");
  world.settle();
  CHECK_EQ(state_of(task), "cancelled my message");
}

TEST("of several requests before the next await, the last message counts") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    current_task().cancel("first");
    current_task().cancel("second");
    co_await sleep(1h);
  };
  const auto task = world.start(body());
  world.settle();
  CHECK_EQ(state_of(task), "cancelled second");
  CHECK_EQ(task.cancelling(), 2);
}

TEST("of several requests while it waits, the first message counts") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(sleep_long());
  world.turn();
  task.cancel("first");
  task.cancel("second");
  world.settle();
  CHECK_EQ(state_of(task), "cancelled first");
}

TEST("cancelling() counts the requests") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(sleep_long());
  CHECK_EQ(task.cancelling(), 0);
  CHECK(task.cancel());
  CHECK_EQ(task.cancelling(), 1);
  CHECK(task.cancel());
  CHECK_EQ(task.cancelling(), 2);
  world.settle();
  CHECK(task.cancelled());
  CHECK(!task.cancel());
  CHECK_EQ(task.cancelling(), 2);  // a request to a task that is done is none
}

TEST("uncancel() takes a request back, and never counts below zero") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      current_task().uncancel();
    }
    co_await sleep(1h);
  };
  const auto task = world.start(body());
  world.turn();
  CHECK_EQ(task.uncancel(), 0);
  CHECK(task.cancel());
  CHECK_EQ(task.cancelling(), 1);
  world.settle();
  CHECK_EQ(task.cancelling(), 0);
  CHECK(!task.done());
  CHECK(task.cancel());
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(task.uncancel(), 0);
  CHECK(task.cancelled());
}

TEST("uncancel() to zero takes back a request that was not delivered") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  auto body = [&]() -> Coro<int> {
    co_await future;
    co_return 42;
  };
  const auto task = world.start(body());
  world.turn();
  future.set_result(0);  // it is to run: there is nothing to cancel
  task.cancel();
  task.uncancel();
  world.settle();
  CHECK_EQ(task.result(), 42);
}

TEST("uncancel() that leaves a request takes nothing back") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  auto body = [&]() -> Coro<int> { co_return co_await future; };
  const auto task = world.start(body());
  world.turn();
  future.set_result(0);
  task.cancel();
  task.cancel();
  CHECK_EQ(task.uncancel(), 1);
  world.settle();
  CHECK(task.cancelled());
}

TEST("uncancel() before the first step lets the task begin") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<int> { co_return 42; };
  const auto task = world.start(body());
  task.cancel();
  task.uncancel();
  world.settle();
  CHECK_EQ(task.result(), 42);
}

TEST("uncancel() comes too late for a wait that was cancelled") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(sleep_long());
  world.turn();
  task.cancel();
  CHECK_EQ(task.uncancel(), 0);
  world.settle();
  CHECK(task.cancelled());
}

// What Timeout does, written out: cancel by a timer, and take it back.
struct Block {
  bool timed_out = false;
  bool finished = false;
  bool went_on = false;
};

Coro<Block> block_with_timeout(asyncio::Duration work,
                               asyncio::Duration limit) {
  Block block;
  asyncio::AnyTask self = current_task();
  auto timer = asyncio::get_running_loop().call_later(limit, [&] {
    block.timed_out = true;
    self.cancel();
  });
  try {
    co_await sleep(work);
    block.finished = true;
  } catch (const CancelledError&) {
    if (!block.timed_out || self.uncancel() > 0) throw;
  }
  timer.cancel();
  block.went_on = true;
  co_await sleep(0s);
  co_return block;
}

TEST("who cancels a block takes the request back after it") {
  NoLeak no_leak;
  World world;
  const auto late = world.start(block_with_timeout(10s, 100ms));
  const auto quick = world.start(block_with_timeout(0s, 10s));
  pass(world, 1s);
  const Block first = late.result();
  CHECK(first.timed_out);
  CHECK(!first.finished);
  CHECK(first.went_on);
  CHECK_EQ(late.cancelling(), 0);
  const Block second = quick.result();
  CHECK(!second.timed_out);
  CHECK(second.finished);
  CHECK(second.went_on);
  CHECK_EQ(quick.cancelling(), 0);
}

TEST("a block that was cancelled from outside as well stays cancelled") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(block_with_timeout(10s, 100ms));
  world.loop.call_later(100ms, [&] {
    task.cancel();
    world.loop.call_soon([&] { world.loop.stop(); });
  });
  world.loop.run_forever();
  world.settle();
  CHECK(task.cancelled());
}

}  // namespace
