// run_in_executor and the executors. CPython's cases, and where they are:
//
// test_events.py
//   test_run_in_executor            "a call runs in another thread"
//   test_run_in_executor_cancel     "a result that comes to a closed loop"
//   test_close (run_in_executor)    default_executor_test.cpp
// test_base_events.py
//   test_run_in_executor... (BaseLoopSockSendfile)  chapter 10 has the sockets
// The default executor and wrap_future have files of their own.

#include <atomic>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "16-threads-and-executors/gate.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::ThreadGate;

TEST("a call runs in another thread, and its result comes back") {
  manual_run([]() -> Coro<> {
    Future<std::thread::id> future =
        run_in_executor([] { return std::this_thread::get_id(); });
    std::thread::id id = co_await future;
    CHECK(id != std::this_thread::get_id());
    int value = co_await run_in_executor([] { return 42; });
    CHECK_EQ(value, 42);
    co_await run_in_executor([] {});
  });
}

TEST("what a call throws comes out of the await") {
  manual_run([]() -> Coro<> {
    std::string what;
    try {
      co_await run_in_executor([]() -> int { throw std::out_of_range("far"); });
    } catch (const std::out_of_range& error) {
      what = error.what();
    }
    CHECK_EQ(what, "far");
  });
}

TEST("a result may be what can only be moved, and a call have such captures") {
  manual_run([]() -> Coro<> {
    auto call = [p = std::make_unique<int>(3)]() mutable {
      return std::move(p);
    };
    auto pointer = co_await run_in_executor(std::move(call));
    CHECK_EQ(*pointer, 3);
  });
}

TEST("what a call has captured is gone when its result is there") {
  manual_run([]() -> Coro<> {
    auto token = std::make_shared<int>(0);
    auto call = [token] {};
    Future<> future = run_in_executor(std::move(call));
    co_await future;
    CHECK_EQ(token.use_count(), 1);
  });
}

TEST("the loop goes on while a call blocks") {
  manual_run([]() -> Coro<> {
    ThreadGate gate;
    Future<> blocked = run_in_executor([&gate] { gate.wait(); });
    for (int i = 0; i < 5; ++i) co_await sleep(1s);
    CHECK(!blocked.done());
    gate.open();
    co_await blocked;
  });
}

TEST("an executor has its own number of threads, and calls wait for one") {
  manual_run([]() -> Coro<> {
    ThreadPoolExecutor executor(2);
    ThreadGate gate;
    std::atomic<int> begun{0};
    std::vector<Future<>> calls;
    for (int i = 0; i < 6; ++i) {
      calls.push_back(run_in_executor(executor, [&] {
        ++begun;
        gate.wait();
      }));
    }
    gate.wait_for_waiters(2);
    CHECK_EQ(begun.load(), 2);
    CHECK_EQ(executor.threads(), 2u);
    gate.open();
    for (Future<>& call : calls) co_await call;
    CHECK_EQ(begun.load(), 6);
  });
}

TEST("one thread after the other is started, as many as are needed") {
  CHECK(ThreadPoolExecutor::default_workers() >= 5);
  CHECK(ThreadPoolExecutor::default_workers() <= 32);
  manual_run([]() -> Coro<> {
    ThreadPoolExecutor executor;
    CHECK_EQ(executor.threads(), 0u);
    co_await run_in_executor(executor, [] {});
    CHECK_EQ(executor.threads(), 1u);
  });
}

// Cancelling.

TEST("a call that has not begun is cancelled with its future, and never runs") {
  manual_run([]() -> Coro<> {
    ThreadPoolExecutor executor(1);
    ThreadGate gate;
    bool ran = false;
    Future<> first = run_in_executor(executor, [&] { gate.wait(); });
    Future<> second = run_in_executor(executor, [&] { ran = true; });
    second.cancel();
    gate.open();
    co_await first;
    executor.shutdown();
    CHECK(second.cancelled());
    CHECK(!ran);
  });
}

TEST("cancelling one that has begun drops its result, and stops no thread") {
  manual_run([]() -> Coro<> {
    ThreadPoolExecutor executor(1);
    ThreadGate gate;
    auto token = std::make_shared<int>(0);
    Future<std::shared_ptr<int>> future = run_in_executor(executor, [&] {
      gate.wait();
      return token;
    });
    gate.wait_for_waiters(1);
    future.cancel();
    bool cancelled = false;
    try {
      co_await future;
    } catch (const CancelledError&) {
      cancelled = true;
    }
    CHECK(cancelled);
    gate.open();
    executor.shutdown();  // the thread came to its end
    while (token.use_count() > 1) co_await sleep(1s);
  });
}

TEST("a result that comes to a closed loop, or after its end, is dropped") {
  ThreadPoolExecutor executor(1);
  for (const bool destroyed : {false, true}) {
    ThreadGate gate;
    auto token = std::make_shared<int>(0);
    auto loop = std::make_unique<EventLoop>();
    Future<std::shared_ptr<int>> future =
        run_in_executor(*loop, executor, [&gate, token] {
          gate.wait();
          return token;
        });
    gate.wait_for_waiters(1);
    loop->close();
    if (destroyed) {
      future = {};
      loop.reset();
    }
    gate.open();
    // The thread is done with it when it has begun the next call.
    executor.submit([] {}).result();
    CHECK_EQ(token.use_count(), 1);
    if (!destroyed) CHECK(!future.done());
  }
}

}  // namespace
