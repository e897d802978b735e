#include "10-tasks/sleep.hpp"

#include <algorithm>
#include <memory>

namespace asyncio {

Wait* SleepAwaiter::start_timer() {
  std::construct_at(&timer_, *driver_);
  has_timer_ = true;
  timer_.start(delay_);
  return &timer_;
}

void SleepAwaiter::Wakeup::start(Duration delay) {
  // Without an overflow, so that one can sleep for ever.
  const TimePoint now = loop().time();
  const Duration most = TimePoint::max() - now;
  loop().schedule_at(*this, now + std::min(delay, most));
}

void SleepAwaiter::Wakeup::withdraw() noexcept {
  if (pending()) loop().cancel_timer(*this);
}

namespace {
Coro<void> sleep_for(Duration delay) { co_await sleep(delay); }
}  // namespace

Sleep::operator Coro<void>() const { return sleep_for(delay_); }

}  // namespace asyncio
