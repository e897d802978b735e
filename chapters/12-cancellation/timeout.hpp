#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "10-tasks/task.hpp"

namespace asyncio {

// A Timeout cancels the task that entered it when its deadline comes, and
// turns the CancelledError that follows into a TimeoutError when it leaves.
// It is asyncio.Timeout. C++ has no `async with`, so it is not entered and
// left by hand: timeout() and timeout_at() do that around a body.
//
// It counts as one request to cancel. If somebody else has asked for a
// cancellation too, that one wins, and CancelledError goes on.
class Timeout {
 public:
  explicit Timeout(std::optional<TimePoint> when) : when_(when) {}
  Timeout(const Timeout&) = delete;
  ~Timeout() { timer_.cancel(); }

  // The deadline, in the loop's time; none: never.
  std::optional<TimePoint> when() const { return when_; }

  // Moves the deadline. Throws std::runtime_error when the Timeout has not
  // been entered, has expired, or was left.
  void reschedule(std::optional<TimePoint> when);

  // True once it has cancelled its task.
  bool expired() const noexcept {
    return state_ == State::kExpiring || state_ == State::kExpired;
  }

  // What timeout() calls around the body; `error` is what left the body.
  // leave() throws TimeoutError, or `error`, or returns.
  void enter();
  void leave(std::exception_ptr error);

 private:
  enum class State { kCreated, kEntered, kExpiring, kExpired, kExited };
  void on_timeout();
  [[noreturn]] void throw_not_active() const;

  State state_ = State::kCreated;
  std::optional<TimePoint> when_;
  Handle timer_;
  AnyTask task_;
  int cancelling_ = 0;  // requests that were there before
};

// True if what `error` holds is a CancelledError.
bool is_cancelled_error(const std::exception_ptr& error) noexcept;

// The deadline `delay` from now on the running loop.
std::optional<TimePoint> deadline_after(std::optional<Duration> delay);

// Awaits `awaitable` under `timeout`, and gives its result.
template <class T, class A>
Coro<T> await_under(Timeout& timeout, A awaitable) {
  timeout.enter();
  std::exception_ptr error;
  if constexpr (std::is_void_v<T>) {
    try {
      co_await std::move(awaitable);
    } catch (...) {
      error = std::current_exception();
    }
    timeout.leave(std::move(error));
  } else {
    std::optional<T> result;
    try {
      T value = co_await std::move(awaitable);
      result.emplace(std::move(value));
    } catch (...) {
      error = std::current_exception();
    }
    timeout.leave(std::move(error));
    co_return std::move(*result);
  }
}

// What calling a body gives: Coro<T>. A body takes the Timeout, or nothing.
template <class F>
auto call_body(F& body, Timeout& timeout) {
  if constexpr (std::invocable<F&, Timeout&>) {
    return body(timeout);
  } else {
    return body();
  }
}
template <class F>
using BodyResult = typename decltype(call_body(
    std::declval<F&>(), std::declval<Timeout&>()))::Result;

// Runs a coroutine function with a deadline: `async with asyncio.timeout()`.
//
//     co_await timeout(1s, [&]() -> Coro<void> { co_await fetch(url); });
//
// Throws TimeoutError when `delay` passes first (no delay: never), after the
// body has ended. The body is kept in the frame for as long as it runs, so
// it may capture; but if it captures by value, give it a name first, because
// g++ 12 destroys such a temporary twice. timeout_at() takes the point of
// time.
template <class F>
Coro<BodyResult<F>> timeout_at(std::optional<TimePoint> when, F body) {
  Timeout timeout(when);
  auto coro = call_body(body, timeout);
  co_return co_await await_under<BodyResult<F>>(timeout, std::move(coro));
}
template <class F>
Coro<BodyResult<F>> timeout(std::optional<Duration> delay, F body) {
  return timeout_at(deadline_after(delay), std::move(body));
}

}  // namespace asyncio
