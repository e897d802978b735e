#pragma once

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
    auto held = co_await lock_.hold();
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    if (let_through_.size() == most_) {
      co_await asyncio::sleep(let_through_.front() + period_ - loop.time());
      let_through_.pop_front();
    }
    let_through_.push_back(loop.time());
  }

 private:
  const std::size_t most_;
  const asyncio::Duration period_;
  asyncio::Lock lock_;  // held by the first in line
  std::deque<asyncio::TimePoint> let_through_;  // the last `most_`, at most
};

}  // namespace exercise
