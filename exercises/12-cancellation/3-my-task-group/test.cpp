#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "exercises/expect.hpp"
#include "my_task_group.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using asyncio::Task;
using exercise::Group;
using exercise::expect_equal;
using exercise::my_task_group;
using test::World;

namespace {

// What happened, each line with the second in which it did.
using Log = std::vector<std::string>;

void note(Log& log, const std::string& what) {
  const auto now = asyncio::get_running_loop().time() - asyncio::TimePoint();
  log.push_back(std::to_string(now / 1s) + " s: " + what);
}

// Works so long; when it is cancelled, its cleanup takes a second.
Coro<> work(Log& log, std::string name, Duration delay) {
  std::exception_ptr cancelled;
  try {
    co_await asyncio::sleep(delay);
    note(log, name + " is done");
  } catch (const CancelledError&) {
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  try {
    co_await asyncio::sleep(1s);
    note(log, name + " has cleaned up");
  } catch (const CancelledError&) {
    note(log, name + " was cancelled in its cleanup");
  }
  std::rethrow_exception(cancelled);
}

Coro<> breaks(Log& log, std::string name, Duration delay) {
  co_await asyncio::sleep(delay);
  note(log, name + " breaks");
  throw std::runtime_error(name + " broke");
}

// Breaks when it is cancelled.
Coro<> breaks_when_cancelled(Log& log, std::string name) {
  try {
    co_await asyncio::sleep(9s);
  } catch (const CancelledError&) {
    note(log, name + " breaks");
    throw std::runtime_error(name + " broke");
  }
}

// Runs the group, and writes down how it ended.
template <class F>
Coro<> note_end(Log& log, F& body) {
  try {
    co_await my_task_group(body);
    note(log, "the group is left");
  } catch (...) {
    note(log, "the group throws " + test::text_of(std::current_exception()));
  }
}

// Runs a group on a loop whose clock jumps, and gives what happened until it
// was left. Who still waits after an hour waits for ever.
template <class F>
Log run_group(Log& log, F& body, std::vector<Duration> cancel_after = {}) {
  World world;
  const Task<> task = world.start(note_end(log, body));
  task.add_done_callback([&](const Future<>&) { world.loop.stop(); });
  for (const Duration delay : cancel_after) {
    world.loop.call_later(delay, [&] { task.cancel("enough"); });
  }
  world.run_for(1h);
  const Log until_then = log;
  const bool ended = task.done();
  for (const auto& left : asyncio::all_tasks(world.loop)) left.cancel();
  world.run_for(1h);
  if (!ended) {
    exercise::fail("nothing happens any more, and the group was not left; "
                   "what happened: " + test::show(until_then),
                   "what does it wait for that will never come?");
  }
  return until_then;
}

}  // namespace

TEST("the group is left when its last task has ended") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "long", 2s));
    group.create_task(work(log, "short", 1s));
    note(log, "the body ends");
    co_return;
  };
  expect_equal("what happened", run_group(log, body),
               Log{"0 s: the body ends", "1 s: short is done",
                   "2 s: long is done", "2 s: the group is left"},
               "after the body, the tasks are still to be awaited");
}

TEST("a task that fails cancels the others, and the group waits for them") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "long", 9s));
    group.create_task(breaks(log, "bad", 1s));
    co_return;
  };
  expect_equal("what happened", run_group(log, body),
               Log{"1 s: bad breaks", "2 s: long has cleaned up",
                   "2 s: the group throws bad broke"},
               "the others are cancelled at the first error, once, "
               "and then awaited");
}

TEST("a second error cancels nobody again") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "long", 9s));
    group.create_task(breaks_when_cancelled(log, "clumsy"));
    group.create_task(breaks(log, "bad", 1s));
    co_return;
  };
  expect_equal("what happened", run_group(log, body),
               Log{"1 s: bad breaks", "1 s: clumsy breaks",
                   "2 s: long has cleaned up",
                   "2 s: the group throws bad broke"},
               "is there anything that says that all were cancelled before?");
}

TEST("an error of the body cancels the tasks") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "long", 9s));
    co_await breaks(log, "the body", 1s);
  };
  expect_equal("what happened", run_group(log, body),
               Log{"1 s: the body breaks", "2 s: long has cleaned up",
                   "2 s: the group throws the body broke"},
               "what leaves the body has to be kept until the tasks have "
               "been cancelled and are done");
}

TEST("a cancellation from outside cancels the tasks, and goes on") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "one", 8s));
    group.create_task(work(log, "two", 9s));
    co_return;
  };
  expect_equal("what happened", run_group(log, body, {1s}),
               Log{"2 s: one has cleaned up", "2 s: two has cleaned up",
                   "2 s: the group throws CancelledError enough"},
               "who catches the CancelledError while the group waits, "
               "and what does it do then?");
}

TEST("a second cancellation from outside cuts no cleanup short") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "one", 8s));
    co_return;
  };
  expect_equal("what happened", run_group(log, body, {1s, 1500ms}),
               Log{"2 s: one has cleaned up",
                   "2 s: the group throws CancelledError enough"},
               "who was cancelled already, and is still to be awaited?");
}

TEST("a task that is cancelled by somebody else is no error") {
  Log log;
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(work(log, "long", 5s));
    Task<> stopped = group.create_task(work(log, "stopped", 9s));
    co_await asyncio::sleep(1s);
    stopped.cancel();
  };
  expect_equal("what happened", run_group(log, body),
               Log{"2 s: stopped has cleaned up", "5 s: long is done",
                   "5 s: the group is left"},
               "how does a task say that it was cancelled, and did not fail?");
}

TEST("a task that is started late is awaited, too") {
  Log log;
  auto starter = [&](Group& group) -> Coro<> {
    co_await asyncio::sleep(1s);
    group.create_task(work(log, "late", 5s));
    note(log, "late is started");
  };
  auto body = [&](Group& group) -> Coro<> {
    group.create_task(starter(group));
    co_return;
  };
  expect_equal("what happened", run_group(log, body),
               Log{"1 s: late is started", "6 s: late is done",
                   "6 s: the group is left"},
               "look again what is in the group when the wait is over");
}
