#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "09-futures/copyable.hpp"
#include "09-futures/future_base.hpp"

namespace asyncio {

template <class T>
class Future;

// What a future ends with, when it ends well.
template <class T>
class FutureState : public FutureBase {
 public:
  using FutureBase::FutureBase;
  void set_result(T value) {
    check_settable("set_result");
    finish_with(std::move(value));
  }
  T& result() {
    check_value();
    return *value_;
  }

 protected:
  void finish_with(T&& value) {
    value_.emplace(std::move(value));
    finish_with_value();
  }

 private:
  std::optional<T> value_;
};

template <>
class FutureState<void> : public FutureBase {
 public:
  using FutureBase::FutureBase;
  void set_result() {
    check_settable("set_result");
    finish_with_value();
  }
  void result() { check_value(); }
};

// The result for one of those who want it: a copy, or the value itself if
// nobody else can look, or if it cannot be copied.
template <class T>
T take_result(FutureState<T>& future) {
  if constexpr (std::is_void_v<T>) {
    future.result();
  } else if constexpr (is_copyable<T>) {
    if (future.ref_count() > 1) return future.result();
    return std::move(future.result());
  } else {
    return std::move(future.result());
  }
}

// How a coroutine awaits a future: it goes straight on if the future is done,
// else it suspends, and the future's callback wakes whoever drives it.
template <class T>
class FutureAwaiter {
 public:
  explicit FutureAwaiter(Ref<FutureState<T>> future) noexcept
      : future_(std::move(future)) {}
  FutureAwaiter(FutureAwaiter&&) = default;
  ~FutureAwaiter() {
    // The frame is destroyed while it waits.
    if (driver_) future_->remove_waiter(*driver_);
  }

  bool await_ready() const {
    if (!future_) [[unlikely]] throw_empty_future();
    return future_->done();
  }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    Driver& driver = handle.promise().driver();
    future_->check_awaitable_by(driver);
    future_->add_waiter(driver);
    driver.suspend(handle, future_.get());
    driver_ = &driver;
  }

  T await_resume() {
    if (Driver* driver = std::exchange(driver_, nullptr)) {
      // A cancelled future speaks for itself, and answers for both.
      if (future_->cancelled()) driver->clear_interrupt();
      driver->check_interrupt();
    }
    return take_result(*future_);
  }

 private:
  Ref<FutureState<T>> future_;
  Driver* driver_ = nullptr;  // while it waits
};

// A Future<T> is a result that arrives later: asyncio.Future. It is a handle:
// copies share one state. Whoever has the result sets it; whoever wants it
// awaits it, or adds a callback.
//
//     Future<int> answer = create_future<int>();
//     loop.call_later(1s, [=]() mutable { answer.set_result(42); });
//     int x = co_await answer;
//
// Awaiting gives a copy of the value, so that several can await one future;
// a value that cannot be copied is moved to the first.
//
// An error that nobody looked at is reported to the loop's exception handler
// when the last handle is gone. Thread: the loop's. A default-constructed
// Future is empty, and may only be assigned to.
template <class T = void>
class Future {
 public:
  using Result = T;

  Future() = default;
  explicit Future(EventLoop& loop)
      : state_(new FutureState<T>(loop)) {}
  explicit Future(Ref<FutureState<T>> state) noexcept
      : state_(std::move(state)) {}

  explicit operator bool() const noexcept { return bool(state_); }
  EventLoop& get_loop() const { return state_->loop(); }

  bool done() const noexcept { return state_->done(); }
  bool cancelled() const noexcept { return state_->cancelled(); }

  // The value. Throws the error that the future ended with, CancelledError,
  // or InvalidStateError if it is not done.
  decltype(auto) result() const { return state_->result(); }
  // The error, or an empty pointer. Throws CancelledError, InvalidStateError.
  std::exception_ptr exception() const { return state_->exception(); }

  // Complete the future, once. Throw InvalidStateError if it is done, and
  // std::runtime_error if it is a task, which completes itself.
  template <class... V>
  void set_result(V&&... value) const {
    state_->set_result(std::forward<V>(value)...);
  }
  void set_exception(std::exception_ptr error) const {
    state_->set_exception(std::move(error));
  }
  template <class E>
    requires(!std::is_convertible_v<E, std::exception_ptr>)
  void set_exception(E error) const {
    state_->set_exception(std::make_exception_ptr(std::move(error)));
  }

  // Whoever awaits it gets a CancelledError. False if it is done already.
  bool cancel(const std::string& message = {}) const {
    return state_->cancel(message);
  }

  // Calls `function(future)` through the loop once the future is done. The
  // result removes it again; that says whether it was there.
  template <class F>
  std::uint64_t add_done_callback(F function) const;
  bool remove_done_callback(std::uint64_t id) const {
    return state_->remove_done_node(id);
  }

  FutureAwaiter<T> operator co_await() const& {
    return FutureAwaiter<T>(state_);
  }
  // A temporary gives up its share: its awaiter may be the last one.
  FutureAwaiter<T> operator co_await() && {
    return FutureAwaiter<T>(std::move(state_));
  }

  const Ref<FutureState<T>>& state() const noexcept { return state_; }
  friend bool operator==(const Future&, const Future&) = default;

 protected:
  Ref<FutureState<T>> state_;
};

template <class T, class F>
class DoneFunction final : public DoneNode {
 public:
  DoneFunction(FutureState<T>* state, F function)
      : state_(state), function_(std::move(function)) {}

 private:
  void call() override { function_(Future<T>(Ref<FutureState<T>>(state_))); }

  FutureState<T>* state_;  // held by DoneNode when this is called
  F function_;
};

template <class T>
template <class F>
std::uint64_t Future<T>::add_done_callback(F function) const {
  return state_->add_done_node(
      new DoneFunction<T, F>(state_.get(), std::move(function)));
}

// loop.create_future(), on the running loop.
template <class T = void>
Future<T> create_future() {
  return Future<T>(get_running_loop());
}

}  // namespace asyncio
