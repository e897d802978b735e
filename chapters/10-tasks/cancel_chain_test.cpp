// Cancelling tasks that await one another: a chain of any length, and a ring,
// which CPython's cancel() does not survive (RecursionError).

#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

// Deep enough for a recursion to overflow 8 MiB many times.
constexpr int kDepth = 200'000;

// Awaits a task that awaits a task ..., and the last of them sleeps.
Coro<int> chain(int depth, AnyTask& innermost) {
  if (depth > 0) {
    Task<int> next = create_task(chain(depth - 1, innermost));
    int below = co_await next;
    co_return below + 1;
  }
  innermost = current_task();
  co_await sleep(1h);
  co_return 0;
}

Coro<> let_begin(const AnyTask& innermost) {
  while (!innermost) co_await sleep(0s);
}

std::string message_of(const Task<int>& task) {
  try {
    task.result();
  } catch (const CancelledError& error) {
    return error.message();
  }
  return "no CancelledError";
}

// Waits for the task at `next`, which is put there later.
Coro<int> wait_for_task(const std::vector<Task<int>>& ring, std::size_t next) {
  co_await sleep(0s);
  co_return co_await ring[next];
}

}  // namespace

TEST("cancelling a chain of tasks, however long, leaves the stack alone") {
  manual_run([]() -> Coro<> {
    AnyTask innermost;
    Task<int> outermost = create_task(chain(kDepth, innermost));
    co_await let_begin(innermost);
    CHECK(outermost.cancel("enough"));
    CHECK_EQ(innermost.cancelling(), 1);
    CHECK_EQ(outermost.cancelling(), 1);
    while (!outermost.done()) co_await sleep(0s);
    CHECK(innermost.cancelled());
    CHECK_EQ(message_of(outermost), "enough");
  });
}

TEST("a chain may be cancelled twice, and in the middle") {
  manual_run([]() -> Coro<> {
    AnyTask innermost;
    Task<int> outermost = create_task(chain(3, innermost));
    co_await let_begin(innermost);
    CHECK(innermost.cancel("first"));
    CHECK(outermost.cancel("second"));
    CHECK_EQ(innermost.cancelling(), 2);
    CHECK_EQ(outermost.cancelling(), 1);
    while (!outermost.done()) co_await sleep(0s);
    CHECK_EQ(message_of(outermost), "first");
  });
}

TEST("a task whose awaited task is done already is cancelled itself") {
  manual_run([]() -> Coro<> {
    AnyTask innermost;
    auto at_once = []() -> Coro<int> { co_return 1; };
    Task<int> inner = create_task(at_once());
    auto wait = [&]() -> Coro<int> { co_return co_await inner; };
    Task<int> outer = create_task(wait());
    auto cancel = [&]() -> Coro<> {
      while (!inner.done()) co_await sleep(0s);
      outer.cancel("late");  // it is woken already, and did not run yet
    };
    co_await cancel();
    while (!outer.done()) co_await sleep(0s);
    CHECK_EQ(message_of(outer), "no CancelledError");
  });
}

TEST("a ring of tasks that await one another ends when one is cancelled") {
  for (std::size_t size : {2u, 3u, 10u}) {
    manual_run([&]() -> Coro<> {
      std::vector<Task<int>> ring;
      for (std::size_t i = 0; i < size; ++i) {
        ring.push_back(create_task(wait_for_task(ring, (i + 1) % size)));
      }
      co_await sleep(1s);
      CHECK(ring[0].cancel());
      co_await sleep(1s);
      for (const Task<int>& task : ring) {
        CHECK(task.cancelled());
        CHECK_EQ(task.cancelling(), 1);
      }
    });
  }
}

TEST("a ring that nobody has cancelled does not keep run() from ending") {
  manual_run([]() -> Coro<> {
    static std::vector<Task<int>> ring;
    for (std::size_t i = 0; i < 3; ++i) {
      ring.push_back(create_task(wait_for_task(ring, (i + 1) % 3)));
    }
    co_await sleep(1s);
    auto clear = []() -> Coro<> {
      try {
        co_await sleep(1h);
      } catch (const CancelledError&) {
      }
      while (!ring[2].done()) co_await sleep(0s);
      ring.clear();
    };
    create_task(clear());
    co_await sleep(1s);
  });
}
