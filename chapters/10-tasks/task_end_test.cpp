// How a task ends, who hears of it, and where it stands until then. The table
// of CPython's cases stands in task_test.cpp.

#include <cstdio>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_clock;
using test::manual_run;

Coro<int> give(int value) { co_return value; }

Coro<> fail() {
  throw std::runtime_error("no such page");
  co_return;
}

Coro<> wait_for_ever() { co_await create_future<>(); }

}  // namespace

TEST("get_coro is empty when the task is done") {
  manual_run([]() -> Coro<> {
    Task<int> task = create_task(give(1));
    CHECK(task.get_coro() != nullptr);
    co_await task;
    CHECK(task.get_coro() == nullptr);
  });
}

TEST("a task's locals are gone when its callbacks run") {
  manual_run([]() -> Coro<> {
    struct Local {
      bool& gone;
      ~Local() { gone = true; }
    };
    bool gone = false;
    auto work = [](bool& flag) -> Coro<> {
      Local local{flag};
      co_await sleep(0s);
    };
    Task<> task = create_task(work(gone));
    bool was_gone = false;
    task.add_done_callback([&](const Future<>&) { was_gone = gone; });
    co_await task;
    co_await sleep(0s);
    CHECK(was_gone);
  });
}

TEST("stop() inside a task ends run_until_complete with an error") {
  EventLoop loop(manual_clock());
  int x = 0;
  auto count = [&]() -> Coro<> {
    while (x < 10) {
      co_await sleep(100ms);
      if (++x == 2) loop.stop();
    }
  };
  Task<> task(loop, count());
  CHECK_WHAT(run_until_complete(loop, static_cast<const Future<>&>(task)),
             "Event loop stopped before Future completed.");
  CHECK_EQ(x, 2);
  CHECK(!task.done());
  CHECK_EQ(loop.time().time_since_epoch() / 1ms, 200);
  task.cancel();
  CHECK_THROWS(CancelledError,
               run_until_complete(loop, static_cast<const Future<>&>(task)));
}

TEST("Ctrl-C in a task leaves run_forever(), and is the task's error too") {
  EventLoop loop(manual_clock());
  auto pressed = []() -> Coro<> {
    try {
      co_await sleep(10s);
    } catch (const CancelledError&) {
      throw Interrupted();
    }
  };
  Task<> task(loop, pressed());
  loop.call_later(1s, [&] { task.cancel(); });
  CHECK_THROWS(Interrupted, loop.run_forever());
  CHECK(task.done());
  CHECK(!task.cancelled());
  CHECK_EQ(describe(task.exception()), "interrupted");
  CHECK(all_tasks(loop).empty());
}

TEST("a failure that nobody looked at is reported once, with the name") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    get_running_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext& context) {
          reports.push_back(context.message + ' ' + context.subject + ": " +
                            describe(context.exception));
        });
    create_task(fail(), "unheard");
    Task<> heard = create_task(fail(), "heard");
    Task<> copy = heard;
    co_await sleep(0s);
    CHECK(heard.exception() != nullptr);
  });
  CHECK_EQ(reports, std::vector<std::string>{
                        "Task exception was never retrieved unheard: "
                        "no such page"});
}

TEST("the error of a task that was cancelled, too late, is not reported") {
  int reports = 0;
  manual_run([&]() -> Coro<> {
    get_running_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext&) { ++reports; });
    Task<> task = create_task(fail());
    co_await sleep(0s);
    CHECK(!task.cancel());
  });
  CHECK_EQ(reports, 0);
}

TEST("a loop that is destroyed takes its tasks' frames along") {
  const long frames = FramePool::live();
  int destroyed = 0;
  struct Local {
    int& count;
    ~Local() { ++count; }
  };
  auto inner = [&]() -> Coro<> {
    Local local{destroyed};
    co_await wait_for_ever();
  };
  auto outer = [&]() -> Coro<> {
    Local local{destroyed};
    co_await inner();
  };
  auto waits_for = [&](Future<> task) -> Coro<> {
    Local local{destroyed};
    co_await task;
  };
  {
    EventLoop loop(manual_clock());
    Task<> task(loop, outer());
    Task<> waiter(loop, waits_for(task));
    Task<> never_began(loop, outer());
    loop.call_soon([&] { loop.stop(); });
    loop.run_forever();
    Task<> last(loop, outer());
  }
  CHECK_EQ(destroyed, 2 + 1 + 2);
  CHECK_EQ(FramePool::live(), frames);
}

// ---- the stack

namespace {

// The lines stand in two functions, on purpose.
Coro<> level_two(unsigned& line) {
  line = __LINE__ + 1;
  co_await create_future<>();
}
Coro<> level_one(unsigned& line, unsigned& line_below) {
  line = __LINE__ + 1;
  co_await level_two(line_below);
}

std::string printed(const Task<>& task) {
  std::FILE* file = std::tmpfile();
  task.print_stack(file);
  std::string text(static_cast<std::size_t>(std::ftell(file)), ' ');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

}  // namespace

TEST("get_stack names each await of a chain, the outermost first") {
  manual_run([]() -> Coro<> {
    unsigned outer = 0, inner = 0;
    Task<> task = create_task(level_one(outer, inner));
    CHECK(task.get_stack().empty());  // it has not begun
    co_await sleep(0s);
    std::vector<std::source_location> stack = task.get_stack();
    CHECK_EQ(stack.size(), 2u);
    CHECK_EQ(stack[0].line(), outer);
    CHECK_EQ(stack[1].line(), inner);
    CHECK_EQ(AnyTask(task).get_stack().size(), 2u);
    task.cancel();
    co_await sleep(0s);
    CHECK(task.get_stack().empty());
  });
}

TEST("get_stack of the task that runs is its outermost line") {
  manual_run([]() -> Coro<> {
    co_await sleep(0s);
    std::vector<std::source_location> stack = current_task().get_stack();
    CHECK_EQ(stack.size(), 1u);
    CHECK_EQ(stack[0].line(), static_cast<unsigned>(__LINE__ - 3));
  });
}

TEST("print_stack prints what Python prints, a line for each await") {
  manual_run([]() -> Coro<> {
    unsigned outer = 0, inner = 0;
    Task<> task = create_task(level_one(outer, inner), "deep");
    CHECK_EQ(printed(task), "No stack for <Task pending name='deep'>\n");
    co_await sleep(0s);
    const std::string at = std::string("  File \"") + __FILE__ + "\", line ";
    CHECK_EQ(printed(task),
             "Stack for <Task pending name='deep'> (most recent call last):\n" +
                 at + std::to_string(outer) + "\n" + at +
                 std::to_string(inner) + "\n");
    task.cancel();
    co_await sleep(0s);
    CHECK_EQ(printed(task), "No stack for <Task cancelled name='deep'>\n");
  });
}

TEST("a task cannot be completed from outside, not even as a Future") {
  manual_run([]() -> Coro<> {
    Task<int> task = create_task(give(1));
    Future<int> future = task;
    CHECK_WHAT(future.set_result(2),
               "Task does not support set_result operation");
    CHECK_WHAT(future.set_exception(std::runtime_error("broke")),
               "Task does not support set_exception operation");
    Task<> nothing = create_task(sleep(0s));
    const Future<>& same = nothing;
    CHECK_WHAT(same.set_result(), "Task does not support set_result");
    int result = co_await future;
    CHECK_EQ(result, 1);
  });
}
