#include "13-synchronization/waiter.hpp"

#include <stdexcept>
#include <utility>

namespace asyncio {

WaitLine::~WaitLine() {
  for (Waiter* waiter = first_; waiter; waiter = waiter->next_) {
    waiter->line_ = nullptr;
  }
}

void WaitLine::wake_first() {
  if (first_ && first_->state_ == Waiter::State::kWaiting) wake_next();
}

bool WaitLine::wake_candidate() {
  while (candidate_) {
    Waiter& waiter = *std::exchange(candidate_, candidate_->next_);
    if (waiter.state_ != Waiter::State::kWaiting) continue;
    waiter.state_ = Waiter::State::kWoken;
    waiter.schedule_turn();
    return true;
  }
  return false;
}

void WaitLine::check_loop(EventLoop& loop) {
  if (loop_ && loop_ != &loop) {
    throw std::runtime_error(std::string(what_) +
                             " is bound to a different event loop");
  }
  loop_ = &loop;
}

void WaitLine::add(Waiter& waiter) noexcept {
  waiter.next_ = nullptr;
  waiter.previous_ = last_;
  (last_ ? last_->next_ : first_) = &waiter;
  last_ = &waiter;
  if (!candidate_) candidate_ = &waiter;
  ++active_;
}

void WaitLine::remove(Waiter& waiter) noexcept {
  if (waiter.state_ != Waiter::State::kCancelled) --active_;
  if (candidate_ == &waiter) candidate_ = waiter.next_;
  (waiter.previous_ ? waiter.previous_->next_ : first_) = waiter.next_;
  (waiter.next_ ? waiter.next_->previous_ : last_) = waiter.previous_;
}

void Waiter::stand() {
  line_->check_loop(driver_->loop());
  line_->add(*this);
  state_ = State::kWaiting;
}

bool Waiter::cancel(const std::string& message) {
  if (state_ != State::kWaiting) return false;
  cancelled_ = std::make_unique<CancelledError>(message);
  state_ = State::kCancelled;
  if (line_) --line_->active_;
  schedule_turn();
  return true;
}

void Waiter::schedule_turn() {
  // A closed loop takes down its tasks, and what they hold is given back:
  // nobody is left to go on with it.
  if (!driver_->loop().is_closed()) driver_->loop().schedule(*turn_);
}

bool Waiter::leave() {
  if (!line_) [[unlikely]] {
    check_cancelled();
    throw std::runtime_error("what this task waited for was destroyed");
  }
  line_->remove(*this);
  return std::exchange(state_, State::kOut) == State::kWoken;
}

void Waiter::throw_cancelled() const {
  // A request that came after the first is answered with it.
  driver_->clear_interrupt();
  throw CancelledError(*cancelled_);
}

bool Waiter::wait_again() {
  try {
    driver_->check_interrupt();
  } catch (const CancelledError& error) {
    // The task shall hear of it where it waits, and not here.
    cancelled_ = std::make_unique<CancelledError>(error);
    return false;
  }
  line_->remove(*this);
  stand();
  return true;
}

}  // namespace asyncio
