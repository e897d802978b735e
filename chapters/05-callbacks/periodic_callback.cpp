#include "05-callbacks/periodic_callback.hpp"

#include <cassert>

namespace asyncio {

PeriodicCallback::PeriodicCallback(EventLoop& loop, Duration period,
                                   std::function<void()> function)
    : loop_(loop), period_(period), function_(std::move(function)) {
  assert(period_ > Duration::zero());
}

void PeriodicCallback::start() {
  if (running_) return;
  running_ = true;
  next_ = loop_.time();
  schedule_next();
}

void PeriodicCallback::stop() {
  running_ = false;
  timer_.cancel();
}

void PeriodicCallback::tick() {
  try {
    function_();
  } catch (...) {
    schedule_next();
    throw;  // to the loop, which reports it
  }
  schedule_next();
}

// The first multiple of the period that is not over yet.
void PeriodicCallback::schedule_next() {
  if (!running_) return;
  const Duration late = loop_.time() - next_;
  next_ += (late / period_ + 1) * period_;
  timer_ = loop_.call_at(next_, [this] { tick(); });
}

}  // namespace asyncio
