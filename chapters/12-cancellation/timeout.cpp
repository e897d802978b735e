#include "12-cancellation/timeout.hpp"

#include <stdexcept>
#include <string>

namespace asyncio {

void Timeout::enter() {
  if (state_ != State::kCreated) {
    throw std::runtime_error("Timeout has already been entered");
  }
  task_ = current_task();
  if (!task_) {
    throw std::runtime_error("Timeout should be used inside a task");
  }
  state_ = State::kEntered;
  cancelling_ = task_.cancelling();
  reschedule(when_);
}

void Timeout::reschedule(std::optional<TimePoint> when) {
  if (state_ != State::kEntered) throw_not_active();
  when_ = when;
  timer_.cancel();
  if (!when) return;
  EventLoop& loop = get_running_loop();
  if (*when <= loop.time()) {
    timer_ = loop.call_soon([this] { on_timeout(); });
  } else {
    timer_ = loop.call_at(*when, [this] { on_timeout(); });
  }
}

void Timeout::throw_not_active() const {
  const char* name = state_ == State::kExpiring  ? "expiring"
                     : state_ == State::kExpired ? "expired"
                                                 : "finished";
  throw std::runtime_error(
      state_ == State::kCreated
          ? std::string("Timeout has not been entered")
          : "Cannot change state of " + std::string(name) + " Timeout");
}

void Timeout::on_timeout() {
  state_ = State::kExpiring;
  task_.cancel();
}

void Timeout::leave(std::exception_ptr error) {
  timer_.cancel();
  if (state_ == State::kExpiring) {
    state_ = State::kExpired;
    // Taken back in any case; TimeoutError only if nobody else asked.
    bool ours = task_.uncancel() <= cancelling_;
    if (ours && error && is_cancelled_error(error)) throw TimeoutError();
    // The body ended with its result after all: no await shall find it later.
    if (ours && !error) task_.forget_cancel();
  } else {
    state_ = State::kExited;
  }
  if (error) std::rethrow_exception(error);
}

bool is_cancelled_error(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const CancelledError&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::optional<TimePoint> deadline_after(std::optional<Duration> delay) {
  if (!delay) return std::nullopt;
  return get_running_loop().deadline(*delay);
}

}  // namespace asyncio
