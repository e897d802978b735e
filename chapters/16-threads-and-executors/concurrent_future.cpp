#include "16-threads-and-executors/concurrent_future.hpp"

#include <algorithm>
#include <stdexcept>

#include "05-callbacks/event_loop.hpp"

namespace asyncio {

namespace {
// Now plus this does not overflow.
constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);
}  // namespace

bool ConcurrentStateBase::done() const {
  const std::lock_guard lock(mutex_);
  return done_locked();
}

bool ConcurrentStateBase::running() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kRunning;
}

bool ConcurrentStateBase::cancelled() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kCancelled;
}

bool ConcurrentStateBase::cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kPending) return state_ == State::kCancelled;
    state_ = State::kCancelled;
  }
  tell();
  return true;
}

bool ConcurrentStateBase::set_running_or_notify_cancel() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kCancelled) return false;
  if (state_ != State::kPending) {
    throw InvalidStateError("the work has begun already");
  }
  state_ = State::kRunning;
  return true;
}

void ConcurrentStateBase::check_pending() const {
  if (done_locked()) throw InvalidStateError("the future is done already");
}

void ConcurrentStateBase::set_exception(std::exception_ptr error) {
  if (!error) throw std::invalid_argument("set_exception: no exception");
  finish([&] { exception_ = std::move(error); });
}

// Nobody else changes the state now; the callbacks are foreign code, and run
// without the mutex.
void ConcurrentStateBase::tell() {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    callbacks.swap(callbacks_);
    done_.notify_all();
  }
  for (auto& callback : callbacks) {
    try {
      callback();
    } catch (...) {
      EventLoop::default_exception_handler(
          {"exception calling callback", "", std::current_exception()});
    }
  }
}

void ConcurrentStateBase::add_done_callback(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!done_locked()) return callbacks_.push_back(std::move(callback));
  }
  try {
    callback();
  } catch (...) {
    EventLoop::default_exception_handler(
        {"exception calling callback", "", std::current_exception()});
  }
}

std::exception_ptr ConcurrentStateBase::exception(
    std::optional<Duration> timeout) {
  std::unique_lock lock(mutex_);
  auto is_done = [this] { return done_locked(); };
  if (!timeout) {
    done_.wait(lock, is_done);
  } else if (!done_.wait_for(lock, std::min(*timeout, kLongest), is_done)) {
    throw TimeoutError();
  }
  if (state_ == State::kCancelled) throw CancelledError();
  return exception_;
}

void ConcurrentStateBase::wait_for_value(std::optional<Duration> timeout) {
  if (std::exception_ptr error = exception(timeout)) {
    std::rethrow_exception(std::move(error));
  }
}

}  // namespace asyncio
