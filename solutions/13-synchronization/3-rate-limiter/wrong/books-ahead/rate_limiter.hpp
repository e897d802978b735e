// The test says: when does a caller count: when it asks
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>

#include "10-tasks/sleep.hpp"
#include "13-synchronization/lock.hpp"

namespace exercise {

// A RateLimiter lets `most` callers through in any `period`:
//
//     RateLimiter limiter(10, 1s);
//     co_await limiter.acquire();   // at most ten of these a second
//
// In any period: whatever second one looks at, there are no more than ten in
// it. Two calls that are just `period` apart are in different ones. First
// come, first served. Nobody waits longer than that needs; a caller that is
// cancelled while it waits has not been let through.
class RateLimiter {
 public:
  // REQUIRES: most > 0. The loop need not run yet.
  RateLimiter(std::size_t most, asyncio::Duration period)
      : most_(most), period_(period) {}

  asyncio::Coro<> acquire() {
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    asyncio::TimePoint when = loop.time();
    if (booked_.size() == most_) {
      when = std::max(when, booked_.front() + period_);
      booked_.pop_front();
    }
    booked_.push_back(when);
    if (when > loop.time()) co_await asyncio::sleep(when - loop.time());
  }

 private:
  const std::size_t most_;
  const asyncio::Duration period_;
  std::deque<asyncio::TimePoint> booked_;
};

}  // namespace exercise
