#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/sock.hpp"
#include "12-cancellation/cancel_world.hpp"
#include "common/interrupt.hpp"

// A cancellation that meets a result, an error or another cancellation.
// CPython's cases (test_tasks.py, 3.12 and 3.13):
//
//   BaseTaskTests
//     test_cancel_inner_future          the awaited future was cancelled
//     test_cancel_both_task_and_inner_future
//     test_cancel_awaited_task          by itself, then it awaits a task
//     test_baseexception_during_cancel  SystemExit: here Interrupted
//     test_tb_logger_not_called_after_cancel    nobody hears of its error
//
// cancel_test.cpp has the rest.

namespace {

using namespace test;
using asyncio::Socket;
using asyncio::current_task;
using asyncio::sleep;
using Log = std::vector<std::string>;

Coro<int> sleep_and_return() {
  co_await sleep(10s);
  co_return 12;
}

// Sleeps, and cleans up for one second when it is cancelled.
Coro<> clean_up_slowly(Log& log) {
  bool cancelled = false;
  try {
    co_await sleep(1h);
  } catch (const CancelledError&) {
    cancelled = true;
  }
  if (!cancelled) co_return;
  log.push_back("cleaning");
  co_await sleep(1s);
  log.push_back("clean");
  throw CancelledError();
}

Coro<int> await_future(Future<int> future) { co_return co_await future; }

TEST("a task that cancelled itself cancels the task that it then awaits") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  Task<int> nested;
  auto body = [&]() -> Coro<> {
    nested = create_task(await_future(future));
    co_await sleep(0s);
    current_task().cancel();
    co_await nested;
  };
  const auto task = world.start(body());
  world.settle();
  CHECK(task.cancelled());
  CHECK(nested.cancelled());
  CHECK(future.cancelled());
}

TEST("a task whose future is cancelled is cancelled") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  const auto task = world.start(await_future(future));
  world.turn();
  future.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(task.cancelling(), 0);
}

TEST("the cancelled future answers for a request that came after it") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  auto body = [&]() -> Coro<int> {
    try {
      co_await futures[0];
    } catch (const CancelledError&) {
    }
    co_return co_await futures[1];
  };
  const auto task = world.start(body());
  world.turn();
  futures[0].cancel();
  task.cancel();
  world.settle();
  CHECK(!task.done());
  futures[1].set_result(1);
  world.settle();
  CHECK_EQ(task.result(), 1);
}

TEST("of a request and a result in one iteration, the request wins") {
  NoLeak no_leak;
  World world;
  const auto future = world.future();
  const auto task = world.start(await_future(future));
  world.turn();
  future.set_result(1);
  CHECK(task.cancel());
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(future.result(), 1);  // the result is not lost
}

TEST("of a request and a timer that is due, the request wins") {
  NoLeak no_leak;
  World world;
  Task<int> task;
  // Queued before the sleeper's own timer, and both are due together.
  world.loop.call_later(10s, [&] { task.cancel(); });
  task = world.start(sleep_and_return());
  pass(world, 11s);
  CHECK(task.cancelled());
}

TEST("of a request and an error in one iteration, the error is lost") {
  NoLeak no_leak;
  World world;
  Task<int> task;
  {
    const auto future = world.future();
    task = world.start(await_future(future));
    world.turn();
    future.set_exception(std::runtime_error("broke"));
  }
  task.cancel();
  world.settle();
  CHECK(task.cancelled());
  CHECK_EQ(world.reported, std::vector<std::string>{});  // as in CPython
}

TEST("a task that awaits a task passes the cancellation on") {
  NoLeak no_leak;
  World world;
  Log log;
  auto inner = world.start(clean_up_slowly(log));
  auto body = [&]() -> Coro<> { co_await inner; };
  const auto outer = world.start(body());
  world.turn();
  outer.cancel();
  CHECK_EQ(inner.cancelling(), 1);
  world.turn();
  CHECK(!outer.done());  // it waits until the inner one has cleaned up
  pass(world, 2s);
  CHECK(inner.cancelled());
  CHECK(outer.cancelled());
}

TEST("a task that awaits one that swallows the cancellation gets its result") {
  NoLeak no_leak;
  World world;
  auto stubborn = []() -> Coro<int> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
    }
    co_return 42;
  };
  auto inner = world.start(stubborn());
  auto body = [&]() -> Coro<int> { co_return co_await inner; };
  const auto outer = world.start(body());
  world.turn();
  outer.cancel();
  world.settle();
  CHECK_EQ(outer.result(), 42);
  CHECK_EQ(outer.cancelling(), 1);
}

Coro<int> await_task(Task<int> task) { co_return co_await task; }

TEST("a cancellation passes a thousand tasks that await one another") {
  NoLeak no_leak;
  World world;
  std::vector<Task<int>> tasks{world.start(sleep_and_return())};
  for (int i = 0; i < 1000; ++i) {
    tasks.push_back(world.start(await_task(tasks.back())));
  }
  world.settle();
  tasks.back().cancel();
  for (int i = 0; i <= 1000; ++i) world.turn();
  for (const auto& task : tasks) CHECK(task.done());
  CHECK(tasks.back().cancelled());
  CHECK_EQ(world.time(), 0s);
}

TEST("an error thrown while a task is being cancelled is how it ends") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      throw std::runtime_error("cleanup failed");
    }
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel();
  world.settle();
  CHECK(!task.cancelled());
  CHECK_EQ(state_of(task), "cleanup failed");
}

TEST("Ctrl-C while a task is being cancelled ends it and the loop's run") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      throw asyncio::Interrupted();
    }
  };
  const auto task = world.start(body());
  world.turn();
  task.cancel();
  CHECK(!task.done());
  CHECK_THROWS(asyncio::Interrupted, world.turn());
  CHECK(task.done());
  CHECK(!task.cancelled());
  CHECK_THROWS(asyncio::Interrupted, task.result());
}

TEST("whoever cancels a failed task does not care for its error") {
  NoLeak no_leak;
  World world;
  auto body = []() -> Coro<> {
    throw std::runtime_error("nobody asks");
    co_return;
  };
  {
    const auto task = world.start(body());
    world.settle();
    CHECK(!task.cancel());
    const auto future = world.future();
    future.set_exception(std::runtime_error("nobody asks"));
    CHECK(!future.cancel());
  }
  CHECK_EQ(world.reported, std::vector<std::string>{});
}

TEST("a cancelled read leaves the data to the next reader") {
  NoLeak no_leak;
  World world;
  auto [here, there] = Socket::pair();
  here.set_nonblocking();
  auto read = [&]() -> Coro<std::string> {
    std::string data = co_await asyncio::sock_recv(here, 16);
    co_return data;
  };
  auto main = [&]() -> Coro<std::string> {
    auto first = create_task(read());
    co_await sleep(0s);
    there.send_all("hello");
    first.cancel();
    co_await sleep(0s);
    if (!first.cancelled()) co_return "not cancelled";
    co_return co_await read();
  };
  CHECK_EQ(world.run(main()), "hello");
}

}  // namespace
