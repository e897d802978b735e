#include <stdexcept>
#include <string>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/group_world.hpp"
#include "12-cancellation/timeout.hpp"
#include "common/interrupt.hpp"

// Errors, cancellations and groups within groups. CPython's cases
// (test_taskgroups.py, 3.12 and 3.13):
//
//   test_taskgroup_08, _11 to _16, _18, _19
//   test_taskgroup_20                    KeyboardInterrupt: here Interrupted
//   _test_taskgroup_21                   the same from a task (CPython has it
//                                        switched off)
//   test_taskgroup_20a, _21a             a BaseException: here, what is no
//                                        std::exception
//   test_taskgroup_context_manager_exit_raises
//   test_cancelling_level_preserved, test_nested_groups_both_cancelled,
//   test_error_and_cancel                3.13 (gh-116720)
//
// task_group_test.cpp has the rest.

namespace {

using namespace test;
using asyncio::ExceptionGroup;
using asyncio::TaskGroup;
using asyncio::current_task;
using asyncio::sleep;
using asyncio::task_group;
using std::runtime_error;

TEST("the group's message tells how many errors there are") {
  const auto error = std::make_exception_ptr(runtime_error("x"));
  CHECK_EQ(std::string(ExceptionGroup("broke", {error}).what()),
           "broke (1 sub-exception)");
  CHECK_EQ(std::string(ExceptionGroup("broke", {error, error}).what()),
           "broke (2 sub-exceptions)");
}

// A body of five tasks that break when they are cancelled.
Coro<> fragile(TaskGroup& group) {
  for (int i = 0; i < 5; ++i) {
    group.create_task(fail_when_cancelled("broke", 10s));
  }
  co_await sleep(10s);
}
Coro<> fragile_group() { co_await task_group(fragile); }

TEST("errors go before a cancellation from outside") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(fragile_group());
  world.settle();
  task.cancel();
  CHECK_EQ(errors_of(world, task),
           "group(broke, broke, broke, broke, broke)");
  CHECK_EQ(task.cancelling(), 1);
}

TEST("so they do in a group within a group") {
  for (const bool outer_has_task : {false, true}) {
    NoLeak no_leak;
    World world;
    Log log;
    auto outer = [&](TaskGroup& group) -> Coro<> {
      if (outer_has_task) group.create_task(note_cancel(log, "outer", 10s));
      co_await fragile_group();
    };
    const auto task = world.start(task_group(outer));
    world.settle();
    task.cancel();
    CHECK_EQ(errors_of(world, task),
             "group(group(broke, broke, broke, broke, broke))");
    CHECK_EQ(log.size(), outer_has_task ? 1 : 0);
  }
}

// Two groups, one within the other, each with a task that fails.
Coro<> two_groups(Duration outer_delay, Duration inner_delay) {
  auto inner = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fail("inner", inner_delay));
    co_return;
  };
  auto outer = [&](TaskGroup& group) -> Coro<> {
    group.create_task(fail("outer", outer_delay));
    co_await task_group(inner);
  };
  co_await task_group(outer);
}

TEST("a failure in the outer group cancels the inner one") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(two_groups(100ms, 10s));
  CHECK_EQ(errors_of(world, task), "group(outer)");
  CHECK_EQ(task.cancelling(), 0);
}

TEST("a failure in the inner group fails the outer one") {
  NoLeak no_leak;
  World world;
  const auto task = world.start(two_groups(10s, 100ms));
  CHECK_EQ(errors_of(world, task), "group(group(inner))");
  CHECK_EQ(task.cancelling(), 0);
}

// Its task breaks while its body cleans up after a cancellation.
Coro<> break_during_cleanup() {
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("broke", 300ms));
    bool cancelled = false;
    try {
      co_await sleep(10s);
    } catch (const CancelledError&) {
      cancelled = true;
    }
    co_await sleep(500ms);
    if (cancelled) throw CancelledError();
  };
  co_await task_group(body);
}

TEST("a failure while the body cleans up after a cancellation") {
  for (const bool nested : {false, true}) {
    NoLeak no_leak;
    World world;
    auto runner = []() -> Coro<> {
      auto inner = create_task(break_during_cleanup());
      co_await inner;
    };
    const auto task =
        nested ? world.start(runner()) : world.start(break_during_cleanup());
    pass(world, 100ms);
    task.cancel();
    CHECK_EQ(errors_of(world, task), "group(broke)");
  }
}

TEST("an error that the body makes of its cancellation") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup&) -> Coro<> {
    co_await fail_when_cancelled("mine", 10s);
  };
  const auto task = world.start(task_group(body));
  world.settle();
  task.cancel();
  CHECK_EQ(errors_of(world, task), "group(mine)");
}

TEST("errors of the tasks and of the body are thrown together") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("task", 100ms));
    co_await fail_when_cancelled("body", 10s);
  };
  const auto task = world.start(task_group(body));
  CHECK_EQ(errors_of(world, task), "group(task, body)");
  CHECK_EQ(task.cancelling(), 0);
}

TEST("what is no std::exception is an error as any other") {
  NoLeak no_leak;
  World world;
  auto throw_number = []() -> Coro<> {
    co_await sleep(100ms);
    throw 7;
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(throw_number());
    co_await fail_when_cancelled("body", 10s);
  };
  CHECK_EQ(errors_of(world, world.start(task_group(body))),
           "group(unknown exception, body)");
}

Coro<> interrupt_when_cancelled() {
  try {
    co_await sleep(10s);
  } catch (const CancelledError&) {
    throw asyncio::Interrupted();
  }
}

TEST("Ctrl-C in the body goes before all errors") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("task", 100ms));
    co_await interrupt_when_cancelled();
  };
  const auto task = world.start(task_group(body));
  CHECK_THROWS(asyncio::Interrupted, pass(world, 1s));
  CHECK_THROWS(asyncio::Interrupted, task.result());
}

TEST("Ctrl-C in a task ends the run, and when the loop goes on, the group") {
  NoLeak no_leak;
  World world;
  auto interrupt = []() -> Coro<> {
    co_await sleep(100ms);
    throw asyncio::Interrupted();
  };
  Log log;
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(interrupt());
    co_await note_cancel(log, "body", 10s);
  };
  const auto task = world.start(task_group(body));
  CHECK_THROWS(asyncio::Interrupted, pass(world, 1s));
  CHECK(!task.done());
  CHECK_THROWS(asyncio::Interrupted, pass(world, 1s));
  CHECK_EQ(log, (Log{"body cancelled"}));
  CHECK_THROWS(asyncio::Interrupted, task.result());
}

TEST("an error of the body's own cleanup joins the group") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("task", 0s));
    co_await fail_when_cancelled("database", 1s);
  };
  int cancelling = -1;
  std::string errors;
  auto main = [&]() -> Coro<> {
    try {
      co_await task_group(body);
    } catch (const ExceptionGroup&) {
      errors = errors_in(std::current_exception());
      cancelling = current_task().cancelling();
    }
  };
  world.run(main());
  CHECK_EQ(errors, "group(task, database)");
  CHECK_EQ(cancelling, 0);
}

TEST("a group that fails after its body ended leaves cancelling() as it was") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("broke", 0s));
    co_return;
  };
  int cancelling = -1;
  auto main = [&]() -> Coro<> {
    try {
      co_await task_group(body);
    } catch (const ExceptionGroup&) {
    }
    cancelling = current_task().cancelling();
    co_await sleep(1s);  // nothing is left that would end this
  };
  CHECK_EQ(end_of(world, main()), "ok");
  CHECK_EQ(cancelling, 0);
  CHECK_EQ(world.time(), 1s);
}

TEST("two groups that fail together do not swallow each other's request") {
  NoLeak no_leak;
  World world;
  Log log;
  auto note = [&] {
    log.push_back(std::to_string(current_task().cancelling()));
  };
  auto main = [&]() -> Coro<> {
    auto outer = [&](TaskGroup& outer_group) -> Coro<> {
      auto inner = [&](TaskGroup& group) -> Coro<> {
        group.create_task(fail("inner", 0s));
        outer_group.create_task(fail("outer", 0s));
        co_return;
      };
      try {
        co_await task_group(inner);
      } catch (const ExceptionGroup&) {
        log.push_back(errors_in(std::current_exception()));
      }
      note();
    };
    try {
      co_await task_group(outer);
    } catch (const ExceptionGroup&) {
      log.push_back(errors_in(std::current_exception()));
    }
    note();
  };
  CHECK_EQ(end_of(world, main()), "ok");
  CHECK_EQ(log, (Log{"group(inner)", "1", "group(outer)", "0"}));
}

TEST("an outer cancellation that meets a failing group comes afterwards") {
  NoLeak no_leak;
  World world;
  Log log;
  Task<> task;
  auto break_and_cancel = [&]() -> Coro<> {
    co_await sleep(0s);
    task.cancel();
    throw runtime_error("broke");
  };
  auto body = [&](TaskGroup& group) -> Coro<> {
    group.create_task(break_and_cancel());
    co_await sleep(1s);
    log.push_back("not reached");
  };
  auto main = [&]() -> Coro<> {
    try {
      co_await task_group(body);
    } catch (const ExceptionGroup&) {
      log.push_back(errors_in(std::current_exception()));
    }
    log.push_back(std::to_string(current_task().cancelling()));
    co_await sleep(1s);
    log.push_back("not reached");
  };
  task = world.start(main());
  CHECK_EQ(end_of(world, task), "cancelled ");
  CHECK_EQ(log, (Log{"group(broke)", "1"}));
  CHECK_EQ(world.time(), 0s);
}

TEST("a timeout around a group that fails at the same moment") {
  NoLeak no_leak;
  World world;
  auto body = [](TaskGroup& group) -> Coro<> {
    group.create_task(fail("broke", 1s));
    co_await sleep(10s);
  };
  int cancelling = -1;
  std::string end;
  auto main = [&]() -> Coro<> {
    auto grouped = [&]() -> Coro<> { co_await task_group(body); };
    try {
      co_await asyncio::timeout(1s, grouped);
    } catch (...) {
      end = errors_in(std::current_exception());
    }
    cancelling = current_task().cancelling();
    co_await sleep(1s);
  };
  CHECK_EQ(end_of(world, main()), "ok");
  CHECK_EQ(cancelling, 0);
  CHECK_EQ(end, "timed out");
}

}  // namespace
