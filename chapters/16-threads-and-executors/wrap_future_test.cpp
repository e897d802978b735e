// Executors by themselves, and wrap_future. CPython's cases, and their tests:
//
// test_futures.py
//   test_wrap_future, _use_running_loop             "wrap_future brings"
//   test_wrap_future_future         a Future needs no wrapping
//   test_wrap_future_without_loop   "outside of a loop, wrap_future"
//   test_wrap_future_use_global_loop   there is no global loop
//   test_wrap_future_cancel, _cancel2  "cancelling a wrapped future"

#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/gate.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::ThreadGate;

TEST("submit gives a future on which a thread can wait") {
  ThreadPoolExecutor executor(2);
  auto sum = executor.submit([] { return 40 + 2; });
  auto error = executor.submit([]() -> int { throw std::logic_error("no"); });
  CHECK_EQ(sum.result(), 42);
  CHECK_WHAT(error.result(), "no");
}

TEST("a shutdown may cancel what has not begun") {
  ThreadPoolExecutor executor(1);
  ThreadGate gate;
  auto first = executor.submit([&] { gate.wait(); });
  auto second = executor.submit([] {});
  gate.wait_for_waiters(1);
  executor.shutdown(false, true);
  CHECK(second.cancelled());
  CHECK(!first.done());
  gate.open();
  executor.shutdown();
  CHECK(first.done() && !first.cancelled());
}

TEST("wrap_future brings the result of another thread's future") {
  manual_run([]() -> Coro<> {
    ConcurrentFuture<std::string> source;
    Future<std::string> future = wrap_future(source);
    std::thread thread([source] { source.set_result("here"); });
    std::string value = co_await future;
    thread.join();
    CHECK_EQ(value, "here");
    CHECK_EQ(source.result(), "here");  // it was copied
    Future<std::string> late = wrap_future(source);
    CHECK(!late.done());
    std::string again = co_await late;
    CHECK_EQ(again, "here");
  });
}

TEST("outside of a loop, wrap_future has to be told which") {
  CHECK_WHAT(wrap_future(ConcurrentFuture<int>()), "no running event loop");
}

TEST("cancelling a wrapped future cancels the one inside, and back") {
  manual_run([]() -> Coro<> {
    ConcurrentFuture<int> one, two, finished;
    Future<int> outer_one = wrap_future(one);
    outer_one.cancel();
    CHECK(one.cancelled());
    Future<int> outer_two = wrap_future(two);
    two.cancel();
    co_await sleep(0s);
    CHECK(outer_two.cancelled());
    Future<int> outer_finished = wrap_future(finished);
    finished.set_result(42);
    outer_finished.cancel();
    CHECK(outer_finished.cancelled());
    CHECK_EQ(finished.result(), 42);
  });
}

struct Fragile {
  Fragile() = default;
  Fragile(const Fragile&) { throw std::runtime_error("broke in transit"); }
  Fragile(Fragile&&) noexcept {}
};

TEST("a value that cannot be copied today is the waiter's error") {
  manual_run([]() -> Coro<> {
    ConcurrentFuture<Fragile> future;
    Future<Fragile> outer = wrap_future(future);
    future.set_result(Fragile());
    std::string error;
    try {
      co_await outer;
    } catch (const std::runtime_error& failed) {
      error = failed.what();
    }
    CHECK_EQ(error, "broke in transit");
  });
}

TEST("a thousand calls from a hundred tasks come back, each to its own") {
  manual_run([]() -> Coro<> {
    auto ask = [](int number) -> Coro<int> {
      int wrong = 0;
      for (int i = 0; i < 10; ++i) {
        auto call = [number, i] { return number * 100 + i; };
        Future<int> future = run_in_executor(std::move(call));
        int answer = co_await future;
        wrong += answer != number * 100 + i;
      }
      co_return wrong;
    };
    std::vector<Coro<int>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(ask(i));
    auto wrong = co_await gather(std::move(tasks));
    for (int count : wrong) CHECK_EQ(count, 0);
  });
}

}  // namespace
