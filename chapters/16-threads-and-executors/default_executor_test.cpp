// The loop's own executor. CPython's cases, and where they are:
//
// test_base_events.py
//   test_set_default_executor       "a loop's default executor may be replaced"
//   test_set_default_executor_error the type says it
//   test_shutdown_default_executor_timeout (3.13)   "a shutdown gives up"
// test_events.py
//   test_close (run_in_executor)    "a closed loop takes no call"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "13-synchronization/sync_world.hpp"
#include "16-threads-and-executors/gate.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::ThreadGate;

TEST("run() waits for the threads of the default executor") {
  std::atomic<bool> ended{false};
  ThreadGate gate;
  asyncio::Runner runner;
  runner.run([](ThreadGate& g, std::atomic<bool>& e) -> Coro<> {
    run_in_executor([&g, &e] {
      g.wait();
      e = true;
    });
    g.wait_for_waiters(1);
    co_return;
  }(gate, ended));
  CHECK(!ended);
  gate.open();
  runner.close();
  CHECK(ended);
}

TEST("a thread that needs the loop to end finds it while run() waits") {
  std::atomic<bool> called{false};
  auto main = [](std::atomic<bool>& c) -> Coro<> {
    EventLoop& loop = get_running_loop();
    run_in_executor([&loop, &c] {
      std::mutex mutex;
      std::condition_variable served;
      bool done = false;
      call_soon_threadsafe(loop, [&] {
        const std::lock_guard lock(mutex);
        done = true;
        served.notify_one();
      });
      std::unique_lock lock(mutex);
      served.wait(lock, [&] { return done; });
      c = true;
    });
    co_return;
  };
  asyncio::run(main(called));
  CHECK(called);
}

TEST("a loop that is destroyed without run() waits for its threads too") {
  std::atomic<bool> ended{false};
  {
    EventLoop loop;
    run_in_executor(loop, [&] {
      try {
        for (;;) call_soon_threadsafe(loop, [] {});
      } catch (const std::runtime_error&) {  // it is closed
      }
      std::this_thread::yield();
      ended = true;
    });
  }
  CHECK(ended);
}

TEST("after its shutdown the default executor takes no call, others do") {
  manual_run([]() -> Coro<> {
    co_await run_in_executor([] {});
    co_await shutdown_default_executor(get_running_loop());
    CHECK_WHAT(run_in_executor([] {}), "Executor shutdown has been called");
    ThreadPoolExecutor executor(1);
    co_await run_in_executor(executor, [] {});
    executor.shutdown();
    CHECK_WHAT(run_in_executor(executor, [] {}),
               "cannot schedule new futures after shutdown");
  });
}

TEST("a shutdown gives up after its timeout, and says so") {
  ThreadGate gate;
  std::atomic<bool> ended{false};
  std::weak_ptr<ThreadPoolExecutor> left_behind;
  manual_run([&]() -> Coro<> {
    auto executor = std::make_shared<ThreadPoolExecutor>(1);
    left_behind = executor;
    set_default_executor(get_running_loop(), std::move(executor));
    run_in_executor([&] {
      gate.wait();
      ended = true;
    });
    gate.wait_for_waiters(1);
    co_await shutdown_default_executor(get_running_loop(), 10ms);
    CHECK(!ended);
  });
  gate.open();
  while (!left_behind.expired()) std::this_thread::yield();
  CHECK(ended);
}

TEST("a shutdown that is cancelled does not wait for the threads either") {
  ThreadGate gate;
  std::weak_ptr<ThreadPoolExecutor> left_behind;
  manual_run([&]() -> Coro<> {
    auto executor = std::make_shared<ThreadPoolExecutor>(1);
    left_behind = executor;
    set_default_executor(get_running_loop(), std::move(executor));
    run_in_executor([&] { gate.wait(); });
    gate.wait_for_waiters(1);
    Task<> task = create_task(shutdown_default_executor(get_running_loop()));
    co_await sleep(0s);
    task.cancel();
    co_await test::await_cancelled(task);
    CHECK(!left_behind.expired());
  });
  gate.open();
  while (!left_behind.expired()) std::this_thread::yield();
}

TEST("a loop's default executor may be replaced") {
  manual_run([]() -> Coro<> {
    auto executor = std::make_shared<ThreadPoolExecutor>(1);
    set_default_executor(get_running_loop(), executor);
    co_await run_in_executor([] {});
    CHECK_EQ(executor->threads(), 1u);
  });
}

TEST("who replaces it does not wait for the calls of the one before") {
  ThreadGate gate;
  std::weak_ptr<ThreadPoolExecutor> before;
  manual_run([&]() -> Coro<> {
    EventLoop& loop = get_running_loop();
    auto executor = std::make_shared<ThreadPoolExecutor>(1);
    before = executor;
    set_default_executor(loop, std::move(executor));
    Future<> call = run_in_executor([&] { gate.wait(); });
    gate.wait_for_waiters(1);
    set_default_executor(loop, std::make_shared<ThreadPoolExecutor>(1));
    co_await run_in_executor([] {});
    CHECK(!call.done());
    gate.open();
    co_await call;
  });
  CHECK(before.expired());
}

TEST("a closed loop takes no call") {
  EventLoop loop;
  loop.close();
  CHECK_WHAT(run_in_executor(loop, [] {}), "Event loop is closed");
  ThreadPoolExecutor executor(1);
  CHECK_WHAT(run_in_executor(loop, executor, [] {}), "Event loop is closed");
  CHECK_EQ(executor.threads(), 0u);
}

}  // namespace
