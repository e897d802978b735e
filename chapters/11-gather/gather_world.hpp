#pragma once

// Not part of the library: for programs and tests.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "08-coroutines/frame_pool.hpp"
#include "09-futures/run_until_complete.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/task.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

// What this chapter's tests have in common.

namespace test {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::EventLoop;
using asyncio::Future;
using asyncio::Task;
using asyncio::create_task;

// First in a test: at its end, every coroutine frame, task and future that
// the test has made must be gone.
class NoLeak {
 public:
  ~NoLeak() noexcept(false) {
    if (std::uncaught_exceptions() > 0) return;
    CHECK_EQ(asyncio::FramePool::live(), before_);
  }

 private:
  const long before_ = asyncio::FramePool::live();
};

// A loop on a clock that jumps, which a test can turn by hand, and that keeps
// what is reported to it.
class World {
 public:
  World() : loop({.selector = nullptr, .clock = clock}) {
    loop.set_exception_handler(
        [this](EventLoop&, const asyncio::ExceptionContext& context) {
          reported.push_back(context.message + ": " +
                             asyncio::describe(context.exception));
        });
  }

  // One iteration of the loop; the clock stands.
  void turn() {
    loop.stop();
    loop.run_forever();
  }
  // As many as any of these tests needs until nothing is ready.
  void settle() {
    for (int i = 0; i < 20; ++i) turn();
  }

  // Until somebody stops the loop, or its clock has come so far: who still
  // waits then will wait for ever.
  void run_for(Duration limit) {
    asyncio::TimerHandle timer =
        loop.call_later(limit, [this] { loop.stop(); });
    loop.run_forever();
    timer.cancel();
  }

  template <class T>
  T run(Coro<T> main) {
    return run_until_complete(loop, Future<T>(start(std::move(main))));
  }
  template <class T>
  Task<T> start(Coro<T> coro) {
    return Task<T>(loop, std::move(coro));
  }
  template <class T = int>
  Future<T> future() {
    return Future<T>(loop);
  }
  template <class T = int>
  std::vector<Future<T>> futures(int count) {
    std::vector<Future<T>> all;
    for (int i = 0; i < count; ++i) all.push_back(future<T>());
    return all;
  }

  // How far the clock has come.
  std::chrono::milliseconds time() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        clock->now() - asyncio::TimePoint());
  }

  const std::shared_ptr<asyncio::ManualClock> clock =
      std::make_shared<asyncio::ManualClock>();
  std::vector<std::string> reported;  // outlives the loop
  EventLoop loop;
};

// The error's text; "CancelledError MESSAGE"; "ok" where there is none.
inline std::string text_of(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
    return "ok";
  } catch (const CancelledError& cancelled) {
    return "CancelledError " + cancelled.message();
  } catch (...) {
    return asyncio::describe(std::current_exception());
  }
}

// How a future ended: the same, or "pending", or "cancelled MESSAGE". One that
// has a CancelledError as its exception is not itself cancelled.
template <class T>
std::string state_of(const Future<T>& future) {
  if (!future.done()) return "pending";
  try {
    return text_of(future.exception());
  } catch (const CancelledError& error) {
    return "cancelled " + error.message();
  }
}

// How many times a done callback was called.
template <class T>
std::shared_ptr<int> count_calls(const Future<T>& future) {
  auto calls = std::make_shared<int>(0);
  future.add_done_callback([calls](const Future<T>&) { ++*calls; });
  return calls;
}

}  // namespace test
