#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "02-threads/thread_pool.hpp"
#include "16-threads-and-executors/concurrent_future.hpp"

namespace asyncio {

// A Work is a call that somebody submitted: an executor runs it, once, in
// some thread, or destroys it.
class Work {
 public:
  virtual ~Work() = default;
  virtual void run() = 0;
};

// The call of `function`, and the future of its result. The function, and
// what it has captured, dies before the future is done.
template <class F>
class WorkOf final : public Work {
 public:
  using Result = std::invoke_result_t<F&>;

  explicit WorkOf(F function) : function_(std::move(function)) {}
  ~WorkOf() override { future_.cancel(); }  // if it never ran

  const ConcurrentFuture<Result>& future() const { return future_; }

  void run() override {
    if (!future_.set_running_or_notify_cancel()) return;
    try {
      if constexpr (std::is_void_v<Result>) {
        (*function_)();
        function_.reset();
        future_.set_result();
      } else {
        Result result = (*function_)();
        function_.reset();
        future_.set_result(std::move(result));
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

 private:
  // The error goes along, so that its last share is not ours.
  void fail(std::exception_ptr error) {
    function_.reset();
    future_.set_exception(std::move(error));
  }

  std::optional<F> function_;
  ConcurrentFuture<Result> future_;
};

// An Executor runs calls somewhere else than in the thread that submits
// them: concurrent.futures.Executor. Thread: any.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `function()` and gives the future of its result. Throws
  // std::runtime_error after shutdown().
  template <class F>
  auto submit(F function) {
    auto work = std::make_unique<WorkOf<F>>(std::move(function));
    auto future = work->future();
    execute(std::move(work));
    return future;
  }

  // Takes nothing more. Waits, if asked to, until all threads have ended;
  // cancels, if asked to, what has not begun.
  virtual void shutdown(bool wait = true, bool cancel_futures = false) = 0;

 protected:
  virtual void execute(std::unique_ptr<Work> work) = 0;
};

// A ThreadPoolExecutor runs calls in chapter 02's ThreadPool: a thread is
// started when a call comes and none is idle, until there are `max_workers`.
// Its destructor waits for all that was submitted.
class ThreadPoolExecutor final : public Executor {
 public:
  // As many as CPython: min(32, processors + 4).
  static std::size_t default_workers() { return ThreadPool::default_threads(); }

  // Throws std::invalid_argument for 0 workers.
  explicit ThreadPoolExecutor(std::size_t max_workers = default_workers())
      : pool_(max_workers) {}

  void shutdown(bool wait = true, bool cancel_futures = false) override;

  std::size_t threads() const { return pool_.threads(); }

 private:
  void execute(std::unique_ptr<Work> work) override;

  ThreadPool pool_;
};

}  // namespace asyncio
