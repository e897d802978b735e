// Tasks and contexts: the cases of CPython's test_tasks.py, CorotineGatherTests
// and BaseTaskTests, that need no ContextVar.
//
// test_context_1, _2, _3                a task keeps its own; a child inherits
// test_context_4 to _6 (context=...)    there is no such argument: enter the
//                                       context with a ContextScope instead
// test_get_context                      a task has a context: the first test
// test_async_context..., Future callbacks (test_futures.py, _callbacks with
//   context)                            a done callback runs in the context of
//                                       who added it

#include "05-callbacks/context_world.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::number;
using test::NumberContext;
using test::set_number;

Coro<int> look() { co_return number(); }

Coro<int> set_and_look(int value, Duration delay) {
  set_number(value);
  co_await sleep(delay);
  co_return number();
}

}  // namespace

TEST("a task keeps its own context over each wait") {
  manual_run([]() -> Coro<> {
    Task<int> one = create_task(set_and_look(1, 0s));
    Task<int> two = create_task(set_and_look(2, 0s));
    Task<int> three = create_task(set_and_look(3, 1s));
    int first = co_await one, second = co_await two, third = co_await three;
    CHECK_EQ(first, 1);
    CHECK_EQ(second, 2);
    CHECK_EQ(third, 3);
    CHECK_EQ(number(three.task().context()), 3);
  });
}

TEST("a child inherits, and the parent does not see the child's changes") {
  manual_run([]() -> Coro<> {
    set_number(1);
    Task<int> child = create_task(look());
    Task<int> other = create_task(set_and_look(2, 0s));
    set_number(5);  // too late for both
    int seen = co_await child;
    int set = co_await other;
    CHECK_EQ(seen, 1);
    CHECK_EQ(set, 2);
    CHECK_EQ(number(), 5);
  });
}

TEST("an awaited coroutine shares its caller's context") {
  manual_run([]() -> Coro<> {
    co_await set_and_look(3, 1s);
    CHECK_EQ(number(), 3);
  });
}

TEST("a task does not change the context of the thread that runs the loop") {
  manual_run([]() -> Coro<> {
    set_number(1);
    co_return;
  });
  CHECK_EQ(number(), 0);
}

TEST("a done callback runs in the context of who added it") {
  manual_run([]() -> Coro<> {
    int seen = 0, soon = 0;
    Future<> future = create_future();
    set_number(1);
    future.add_done_callback([&](const Future<>&) { seen = number(); });
    set_number(2);
    future.set_result();
    future.add_done_callback([&](const Future<>&) {
      soon = number();
      set_number(9);
    });
    set_number(3);
    co_await sleep(0s);
    CHECK_EQ(seen, 1);
    CHECK_EQ(soon, 2);
    CHECK_EQ(number(), 3);
  });
}

TEST("an error that nobody looked at is reported in the task's context") {
  manual_run([]() -> Coro<> {
    int seen = 0;
    get_running_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext&) { seen = number(); });
    auto fail = []() -> Coro<> {
      set_number(4);
      throw std::runtime_error("oops");
      co_return;
    };
    create_task(fail());
    co_await sleep(1s);
    CHECK_EQ(seen, 4);
  });
}

TEST("the contexts of tasks die with them") {
  const int before = NumberContext::alive();
  manual_run([]() -> Coro<> {
    set_number(1);
    create_task(set_and_look(2, 1h));  // cancelled at the end
    Task<int> task = create_task(set_and_look(3, 1s));
    co_await task;
  });
  CHECK_EQ(NumberContext::alive(), before);
}
