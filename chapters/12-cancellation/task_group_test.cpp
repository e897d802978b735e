#include <stdexcept>
#include <string>
#include <vector>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/group_world.hpp"

// TaskGroup. CPython's cases (test_taskgroups.py, 3.12 and 3.13):
//
//   test_taskgroup_01 to _03, _22 to _24, test_taskgroup_task_name
//   test_taskgroup_04, test_cancel_children_on_child_error
//   test_cancellation, test_taskgroup_07, _17
//   test_taskgroup_09, _10, _25, test_taskgroup_no_create_task_after_failure
//   test_taskgroup_already_entered, _double_enter, _finished, _not_entered,
//   _without_parent_task, test_coro_closed_when_tg_closed     (3.13)
//   test_taskgroup_task_context          chapter 16
//
// task_group_errors_test.cpp has the rest.

namespace {

using namespace test;
using asyncio::TaskGroup;
using asyncio::sleep;
using asyncio::task_group;

Coro<int> give(int value, Duration delay) {
  co_await sleep(delay);
  co_return value;
}

TEST("a group is left when all its tasks are done") {
  NoLeak no_leak;
  World world;
  Task<int> first, second;
  auto body = [&](TaskGroup& group) -> Coro<> {
    first = group.create_task(give(42, 100ms));
    second = group.create_task(give(11, 200ms));
    co_return;
  };
  CHECK_EQ(end_of(world, task_group(body)), "ok");
  CHECK_EQ(first.result(), 42);
  CHECK_EQ(second.result(), 11);
  CHECK_EQ(world.time(), 200ms);
}

TEST("a group takes what can become a coroutine") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(sleep(100ms), "nap");
    co_return;
  };
  CHECK_EQ(end_of(world, task_group(body)), "ok");
  CHECK_EQ(world.time(), 100ms);
}

TEST("a group without tasks does not wait") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup&) -> Coro<int> { co_return 7; };
  const auto task = world.start(task_group(body));
  world.turn();
  CHECK_EQ(task.result(), 7);
}

TEST("the body gives the group's result") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<int> {
    auto task = group.create_task(give(41, 1s));
    co_return 1 + co_await task;
  };
  CHECK_EQ(world.run(task_group(body)), 42);
}

TEST("the body may make tasks at any time") {
  NoLeak no_leak;
  World world;
  Task<int> first, second;
  auto body = [&](TaskGroup& group) -> Coro<> {
    first = group.create_task(give(42, 100ms));
    co_await sleep(150ms);
    second = group.create_task(give(11, 200ms));
  };
  CHECK_EQ(end_of(world, task_group(body)), "ok");
  CHECK_EQ(first.result(), 42);
  CHECK_EQ(second.result(), 11);
  CHECK_EQ(world.time(), 350ms);
}

TEST("a task of the group may be cancelled, and nothing else happens") {
  NoLeak no_leak;
  World world;
  Task<int> first, second;
  auto body = [&](TaskGroup& group) -> Coro<> {
    first = group.create_task(give(42, 1s));
    co_await sleep(150ms);
    first.cancel();
    second = group.create_task(give(11, 200ms));
  };
  CHECK_EQ(end_of(world, task_group(body)), "ok");
  CHECK(first.cancelled());
  CHECK_EQ(second.result(), 11);
}

TEST("a task of the group may make others in it") {
  NoLeak no_leak;
  World world;
  Task<int> late;
  auto root = [&](TaskGroup& group) -> Coro<> {
    co_await sleep(100ms);
    group.create_task(give(1, 100ms));
    late = group.create_task(give(2, 200ms));
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(root(group));
    co_return;
  };
  CHECK_EQ(end_of(world, task_group(body)), "ok");
  CHECK_EQ(late.result(), 2);
}

TEST("a task has the name that it is given") {
  NoLeak no_leak;
  World world;
  std::string name;
  auto body = [&](TaskGroup& group) -> Coro<> {
    auto task = group.create_task(give(1, 0s), "yolo");
    name = task.get_name();
    co_return;
  };
  world.run(task_group(body));
  CHECK_EQ(name, "yolo");
}

TEST("a group forgets the tasks that are done") {
  NoLeak no_leak;
  World world;
  long most = 0;
  auto body = [&](TaskGroup& group) -> Coro<> {
    for (int i = 0; i < 1000; ++i) {
      group.create_task(give(i, 0s));
      co_await sleep(1ms);
      most = std::max(most, asyncio::FramePool::live());
    }
  };
  const long before = asyncio::FramePool::live();
  world.run(task_group(body));
  CHECK(most - before < 100);
}

TEST("the first failure cancels the others, and the body is not hurt") {
  NoLeak no_leak;
  World world;
  Log log;
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fail("broke", 100ms));
    group.create_task(note_cancel(log, "task", 1s));
    co_return;
  };
  auto main = [&]() -> Coro<> {
    co_await task_group(body);
    log.push_back("not reached");
  };
  const auto task = world.start(main());
  CHECK_EQ(errors_of(world, task), "group(broke)");
  CHECK_EQ(log, (Log{"task cancelled"}));
  CHECK_EQ(world.time(), 100ms);
  CHECK_EQ(task.cancelling(), 0);
}

TEST("the first failure cancels the body where it waits") {
  NoLeak no_leak;
  World world;
  Log log;
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fail("one", 100ms));
    group.create_task(fail("two", 100ms));
    group.create_task(fail("three", 100ms));
    group.create_task(note_cancel(log, "task", 5s));
    co_await note_cancel(log, "body", 10s);
  };
  const auto task = world.start(task_group(body));
  CHECK_EQ(errors_of(world, task), "group(one, two, three)");
  CHECK_EQ(log, (Log{"task cancelled", "body cancelled"}));
  CHECK_EQ(task.cancelling(), 0);
}

TEST("a cancellation from outside reaches every task of the group") {
  for (const bool body_waits : {false, true}) {
    NoLeak no_leak;
    World world;
    Log log;
    auto body = [&](TaskGroup& group) -> Coro<> {
      for (int i = 0; i < 5; ++i) {
        group.create_task(note_cancel(log, "task", 5s));
      }
      if (body_waits) co_await note_cancel(log, "body", 10s);
    };
    const auto task = world.start(task_group(body));
    pass(world, 100ms);
    CHECK(!task.done());
    task.cancel("from outside");
    CHECK_EQ(end_of(world, task), "cancelled from outside");
    CHECK_EQ(log.size(), body_waits ? 6 : 5);
    CHECK_EQ(world.time(), 100ms);
  }
}

TEST("a cancelled body without tasks is just cancelled") {
  NoLeak no_leak;
  World world;
  Log log;
  auto body = [&](TaskGroup&) -> Coro<> {
    co_await note_cancel(log, "body", 10s);
  };
  const auto task = world.start(task_group(body));
  world.settle();
  task.cancel();
  CHECK_EQ(end_of(world, task), "cancelled ");
  CHECK_EQ(log, (Log{"body cancelled"}));
}

TEST("a group waits for tasks that clean up, however often it is cancelled") {
  NoLeak no_leak;
  World world;
  bool clean = false;
  auto slow = [&]() -> Coro<> {
    bool cancelled = false;
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      cancelled = true;
    }
    co_await sleep(1s);
    clean = true;
    if (cancelled) throw CancelledError();
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(slow());
    co_return;
  };
  const auto task = world.start(task_group(body));
  world.settle();
  for (int i = 0; i < 3; ++i) {
    task.cancel();
    world.settle();
    CHECK(!task.done());
  }
  CHECK_EQ(end_of(world, task), "cancelled ");
  CHECK(clean);
  CHECK_EQ(world.time(), 1s);
}

TEST("a failure of the body cancels the tasks") {
  for (const Duration delay : {100ms, 0ms}) {
    NoLeak no_leak;
    World world;
    Task<int> first, second;
    auto body = [&](TaskGroup& group) -> Coro<> {
      first = group.create_task(give(42, 1s));
      second = group.create_task(give(11, 2s));
      if (delay > Duration::zero()) co_await sleep(delay);
      throw std::runtime_error("body broke");
    };
    const auto task = world.start(task_group(body));
    CHECK_EQ(errors_of(world, task), "group(body broke)");
    CHECK(first.cancelled());
    CHECK(second.cancelled());
    CHECK_EQ(task.cancelling(), 0);
  }
}

Coro<> hydra(TaskGroup& group, int& heads) {
  if (++heads > 1000) co_return;  // it would not be a hydra then
  co_await sleep(10ms);
  group.create_task(hydra(group, heads));
  group.create_task(hydra(group, heads));
}

TEST("tasks that make tasks end with the group's failure") {
  NoLeak no_leak;
  World world;
  int heads = 0;
  auto hercules = [&]() -> Coro<> {
    while (heads < 10) co_await sleep(15ms);
    throw std::runtime_error("enough");
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(hydra(group, heads));
    group.create_task(hercules());
    co_return;
  };
  CHECK_EQ(errors_of(world, world.start(task_group(body))), "group(enough)");
  CHECK(heads >= 10);
}

TEST("a group that shuts down takes no new task") {
  NoLeak no_leak;
  World world;
  std::string refused;
  auto late = [&](TaskGroup& group) -> Coro<> {
    try {
      co_await sleep(1s);
    } catch (const CancelledError&) {
      CHECK_WHAT(group.create_task(give(1, 0s)), "is shutting down");
      refused = "refused";
    }
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fail("broke", 1ms));
    group.create_task(late(group));
    co_return;
  };
  CHECK_EQ(errors_of(world, world.start(task_group(body))), "group(broke)");
  CHECK_EQ(refused, "refused");
}

TEST("a group is entered once, and takes tasks in between only") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    CHECK_WHAT(group.enter(), "has already been entered");
    co_return;
  };
  auto main = [&]() -> Coro<> {
    co_await task_group(body);
    TaskGroup group;
    CHECK_WHAT(group.create_task(give(1, 0s)), "has not been entered");
    group.enter();
    co_await group.leave({});
    CHECK_WHAT(group.enter(), "has already been entered");
    CHECK_WHAT(group.create_task(give(1, 0s)), "is finished");
  };
  CHECK_EQ(end_of(world, main()), "ok");
}

TEST("a group needs a task") {
  NoLeak no_leak;
  World world;
  int checked = 0;
  world.loop.call_soon([&] {
    TaskGroup group;
    CHECK_WHAT(group.enter(), "cannot determine the parent task");
    CHECK_WHAT(group.create_task(give(1, 0s)), "has not been entered");
    ++checked;
  });
  world.settle();
  CHECK_EQ(checked, 1);
}

TEST("a loop that ends with a group at work leaves nothing behind") {
  NoLeak no_leak;
  World world;
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(give(1, 1h));
    co_await sleep(1h);
  };
  const auto task = world.start(task_group(body));
  world.settle();
}

}  // namespace
