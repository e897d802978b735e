// run_coroutine_threadsafe. Of CPython's test_tasks.py,
// RunCoroutineThreadsafeTests:
//
// test_run_coroutine_threadsafe           "a thread gets the result"
// ..._with_exception                      "a thread gets the error"
// ..._with_timeout                        "a thread that gives up"
// ..._task_cancelled                      "a task that cancels itself"
// ..._task_factory_exception              there are no task factories; "a
//   coroutine that cannot become a task" is the nearest

#include "16-threads-and-executors/run_threadsafe.hpp"

#include <atomic>
#include <thread>

#include "05-callbacks/loop_test.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/shield.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

Coro<int> add(int a, int b) {
  co_await sleep(50ms);
  co_return a + b;
}
Coro<int> fail() {
  co_await sleep(50ms);
  throw std::runtime_error("Fail!");
}
Coro<int> cancel_itself() {
  co_await sleep(50ms);
  current_task().cancel();
  co_await sleep(0s);
  co_return 0;
}

TEST("a thread gets the result of a coroutine that the loop runs") {
  EventLoop loop(test::manual_clock());
  Future<int> future = run_in_executor(loop, [&loop] {
    return run_coroutine_threadsafe(add(1, 2), loop).result() + 0;
  });
  CHECK_EQ(run_until_complete(loop, future), 3);
}

TEST("a thread gets the error of the coroutine") {
  EventLoop loop(test::manual_clock());
  Future<int> future = run_in_executor(loop, [&loop] {
    return run_coroutine_threadsafe(fail(), loop).result() + 0;
  });
  CHECK_WHAT(run_until_complete(loop, future), "Fail!");
}

TEST("a thread that gives up cancels the task") {
  EventLoop loop;  // on the real clock: an hour does not pass
  auto wait = [](bool& was_cancelled) -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
      was_cancelled = true;
      throw;
    }
  };
  bool was_cancelled = false;
  Future<> future = run_in_executor(loop, [&] {
    auto result = run_coroutine_threadsafe(wait(was_cancelled), loop);
    try {
      result.result(1ms);
    } catch (const TimeoutError&) {
      result.cancel();
      throw;
    }
  });
  CHECK_THROWS(TimeoutError, (run_until_complete(loop, future), 0));
  for (int i = 0; i < 5; ++i) test::run_once(loop);
  CHECK_EQ(all_tasks(loop).size(), 0u);
}

TEST("a task that cancels itself cancels what the thread waits for") {
  EventLoop loop(test::manual_clock());
  std::optional<ConcurrentFuture<int>> result;
  Future<int> future = run_in_executor(loop, [&] {
    result = run_coroutine_threadsafe(cancel_itself(), loop);
    return result->result() + 0;
  });
  CHECK_THROWS(CancelledError, run_until_complete(loop, future));
  CHECK(result->cancelled());
}

TEST("cancelled before it began, a coroutine never starts") {
  EventLoop loop(test::manual_clock());
  bool started = false;
  auto start = [](bool& s) -> Coro<> {
    s = true;
    co_return;
  };
  auto result = run_coroutine_threadsafe(start(started), loop);
  CHECK(result.cancel());
  for (int i = 0; i < 4; ++i) test::run_once(loop);
  CHECK(!started);
}

TEST("a task may ignore the cancellation; the thread does not hear of it") {
  EventLoop loop(test::manual_clock());
  bool ended = false;
  auto ignore = [](bool& e) -> Coro<> {
    try {
      co_await sleep(1h);
    } catch (const CancelledError&) {
    }
    co_await sleep(0s);
    e = true;
  };
  auto result = run_coroutine_threadsafe(ignore(ended), loop);
  test::run_once(loop);
  test::run_once(loop);
  test::run_once(loop);
  CHECK_EQ(all_tasks(loop).size(), 1u);
  std::thread([result] { result.cancel(); }).join();
  while (!ended) test::run_once(loop);
  test::run_once(loop);
  CHECK(result.cancelled());
}

TEST("a coroutine that cannot become a task is an error here and there") {
  EventLoop loop(test::manual_clock());
  int reports = 0;
  loop.set_exception_handler(
      [&](EventLoop&, const ExceptionContext&) { ++reports; });
  Coro<int> taken = add(1, 2);
  Coro<int> other = std::move(taken);
  auto result = run_coroutine_threadsafe(std::move(taken), loop);
  test::run_once(loop);
  test::run_once(loop);
  CHECK_EQ(reports, 1);
  CHECK_WHAT(result.result(0s), "cannot reuse already awaited coroutine");
}

TEST("whoever waits for a loop that closes is not left waiting") {
  for (const bool begun : {false, true}) {
    auto loop = std::make_unique<EventLoop>(test::manual_clock());
    auto forever = []() -> Coro<> { co_await create_future<void>(); };
    auto result = run_coroutine_threadsafe(forever(), *loop);
    if (begun) {
      for (int i = 0; i < 3; ++i) test::run_once(*loop);
      CHECK_EQ(all_tasks(*loop).size(), 1u);
    }
    std::thread thread(
        [&] { CHECK_THROWS(CancelledError, (result.result(), 0)); });
    loop->close();
    thread.join();
    loop.reset();
  }
}

TEST("a result that the loop had no time to hand over comes as it closes") {
  EventLoop loop(test::manual_clock());
  auto quick = []() -> Coro<int> { co_return 7; };
  auto result = run_coroutine_threadsafe(quick(), loop);
  while (all_tasks(loop).empty()) test::run_once(loop);
  while (!all_tasks(loop).empty()) test::run_once(loop);
  CHECK(!result.done());  // the callback is in the queue
  loop.close();
  CHECK_EQ(result.result(0s), 7);
}

TEST("a closed loop takes no coroutine") {
  EventLoop loop;
  loop.close();
  CHECK_WHAT(run_coroutine_threadsafe(add(1, 2), loop), "is closed");
}

TEST("a coroutine function is called in the loop's thread: no frame crosses") {
  EventLoop loop(test::manual_clock());
  const long before = FramePool::live();
  std::atomic<long> allocated{-1};
  std::thread thread([&] {
    int sum = 0;
    for (int i = 0; i < 10; ++i) {
      sum += run_coroutine_threadsafe([i] { return add(i, 1); }, loop).result();
    }
    allocated = sum == 55 ? FramePool::system_allocations() : -2;
    call_soon_threadsafe(loop, [&] { loop.stop(); });
  });
  loop.run_forever();
  thread.join();
  CHECK_EQ(allocated.load(), 0);
  CHECK_EQ(FramePool::live(), before);
}

TEST("many threads feed one loop, and each gets its own results") {
  EventLoop loop(test::manual_clock());
  constexpr int kThreads = 4, kCalls = 200;
  std::atomic<int> wrong{0}, left{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        auto result = run_coroutine_threadsafe(add(t * kCalls, i), loop);
        wrong += result.result() != t * kCalls + i;
      }
      if (--left == 0) call_soon_threadsafe(loop, [&] { loop.stop(); });
    });
  }
  loop.run_forever();
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(wrong.load(), 0);
  CHECK_EQ(all_tasks(loop).size(), 0u);
}

TEST("cancels that meet the end of the task break nothing") {
  EventLoop loop(test::manual_clock());
  std::atomic<int> ended{0};
  std::thread thread([&] {
    for (int i = 0; i < 500; ++i) {
      auto result = run_coroutine_threadsafe(add(i, 1), loop);
      if (i % 3 == 0) std::this_thread::yield();
      const bool cancelled = result.cancel();
      try {
        const int sum = result.result();
        ended += !cancelled && sum == i + 1;
      } catch (const CancelledError&) {
        ended += cancelled;
      }
    }
    call_soon_threadsafe(loop, [&] { loop.stop(); });
  });
  loop.run_forever();
  thread.join();
  CHECK_EQ(ended.load(), 500);
  for (int i = 0; i < 5; ++i) test::run_once(loop);
  CHECK_EQ(all_tasks(loop).size(), 0u);
}

}  // namespace
