#pragma once

#include <functional>

#include "05-callbacks/event_loop.hpp"

namespace asyncio {

// A PeriodicCallback calls a function again and again, once a period. It is
// tornado.ioloop.PeriodicCallback: asyncio has none.
//
// The period runs from the start of one call to the start of the next, so
// that the calls do not drift. A call that takes longer than a period costs
// the calls that it has missed; those that follow are at multiples of the
// period again. An exception that leaves the function goes to the loop's
// exception handler, and the next call is made all the same.
//
// Ownership: it borrows the loop, which must outlive it, and owns the
// function. Destroying it stops it. Thread: the loop's.
class PeriodicCallback {
 public:
  // REQUIRES: period > 0
  PeriodicCallback(EventLoop& loop, Duration period,
                   std::function<void()> function);
  PeriodicCallback(const PeriodicCallback&) = delete;
  PeriodicCallback& operator=(const PeriodicCallback&) = delete;
  // REQUIRES: not called by the function itself, which may stop() instead
  ~PeriodicCallback() { stop(); }

  // The first call comes after one period. Harmless when it is running.
  void start();

  // No further call. The function may stop its own calls.
  void stop();

  bool is_running() const noexcept { return running_; }

 private:
  void tick();
  void schedule_next();

  EventLoop& loop_;
  const Duration period_;
  const std::function<void()> function_;
  TimePoint next_{};
  TimerHandle timer_;
  bool running_ = false;
};

}  // namespace asyncio
