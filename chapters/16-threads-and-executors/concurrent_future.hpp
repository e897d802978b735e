#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "05-callbacks/clock.hpp"
#include "09-futures/exceptions.hpp"

namespace asyncio {

// A ConcurrentStateBase is a future for plain threads, without its value: a
// state behind a mutex, and a condition variable on which threads wait. It
// follows concurrent.futures.Future (Lib/concurrent/futures/_base.py).
//
// Thread: any, every function. Callbacks run in the thread that completes
// the future, or at once in the one that adds them.
class ConcurrentStateBase {
 public:
  ConcurrentStateBase() = default;
  ConcurrentStateBase(const ConcurrentStateBase&) = delete;

  bool done() const;
  bool running() const;
  bool cancelled() const;

  // False if the work runs already, or is done: nothing stops it then.
  bool cancel();

  // Whoever is about to do the work asks this first. False: it was
  // cancelled, and must not be done. True: nobody can cancel it any more.
  bool set_running_or_notify_cancel();

  // Both throw InvalidStateError if the future is done.
  void set_exception(std::exception_ptr error);

  // Waits until it is done. Throws TimeoutError after `timeout`, and
  // CancelledError. Empty if it ended with a value.
  std::exception_ptr exception(std::optional<Duration> timeout);

  void add_done_callback(std::function<void()> callback);

 protected:
  ~ConcurrentStateBase() = default;

  // Waits for the value, or throws what there is instead.
  void wait_for_value(std::optional<Duration> timeout);

  // Completes it: `store()` puts the value in its place.
  template <class Store>
  void finish(Store store) {
    {
      const std::lock_guard lock(mutex_);
      check_pending();
      store();
      state_ = State::kFinished;
    }
    tell();
  }

 private:
  enum class State { kPending, kRunning, kCancelled, kFinished };
  bool done_locked() const { return state_ >= State::kCancelled; }
  void check_pending() const;
  void tell();

  mutable std::mutex mutex_;  // guards all that follows, and the value
  std::condition_variable done_;
  State state_ = State::kPending;
  std::exception_ptr exception_;
  std::vector<std::function<void()>> callbacks_;
};

template <class T>
class ConcurrentState final : public ConcurrentStateBase {
 public:
  void set_result(T value) {
    finish([&] { value_.emplace(std::move(value)); });
  }
  T& result(std::optional<Duration> timeout) {
    wait_for_value(timeout);
    return *value_;
  }

 private:
  std::optional<T> value_;
};

template <>
class ConcurrentState<void> final : public ConcurrentStateBase {
 public:
  void set_result() {
    finish([] {});
  }
  void result(std::optional<Duration> timeout) { wait_for_value(timeout); }
};

// A ConcurrentFuture<T> is a result that another thread brings, for threads
// that may block: concurrent.futures.Future. Copies share one state. What
// submit() and run_coroutine_threadsafe() return.
//
//     ConcurrentFuture<int> future = pool.submit([] { return 42; });
//     int x = future.result();  // blocks; in a coroutine: wrap_future()
//
// Thread: any; but one handle is one thread's, as any object is. Errors come
// out of result(); one that nobody asks for is not reported, as in Python.
template <class T = void>
class ConcurrentFuture {
 public:
  using Result = T;
  ConcurrentFuture() : state_(std::make_shared<ConcurrentState<T>>()) {}

  bool done() const { return state_->done(); }
  bool running() const { return state_->running(); }
  bool cancelled() const { return state_->cancelled(); }
  bool cancel() const { return state_->cancel(); }

  // Waits, for ever or for `timeout`, and gives the value: a reference, good
  // as long as a handle lives. Throws the error that the work ended with,
  // CancelledError, or TimeoutError.
  decltype(auto) result(std::optional<Duration> timeout = {}) const {
    return state_->result(timeout);
  }
  std::exception_ptr exception(std::optional<Duration> timeout = {}) const {
    return state_->exception(timeout);
  }

  // Calls `function(future)` when it is done, in the thread that completes
  // it; at once if it is done. An exception that leaves it is printed.
  template <class F>
  void add_done_callback(F function) const {
    // It must not hold the state that holds it.
    state_->add_done_callback(
        [function = std::move(function), state = std::weak_ptr(state_)] {
          if (auto held = state.lock()) function(ConcurrentFuture(held));
        });
  }

  // For whoever does the work.
  bool set_running_or_notify_cancel() const {
    return state_->set_running_or_notify_cancel();
  }
  template <class... V>
  void set_result(V&&... value) const {
    state_->set_result(std::forward<V>(value)...);
  }
  void set_exception(std::exception_ptr error) const {
    state_->set_exception(std::move(error));
  }

  const std::shared_ptr<ConcurrentState<T>>& state() const { return state_; }

 private:
  explicit ConcurrentFuture(std::shared_ptr<ConcurrentState<T>> state)
      : state_(std::move(state)) {}
  std::shared_ptr<ConcurrentState<T>> state_;
};

}  // namespace asyncio
