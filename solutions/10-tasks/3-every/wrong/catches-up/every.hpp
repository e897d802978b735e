// The test says: came {1000, 3300, 3300,
#pragma once

#include <functional>

#include "05-callbacks/event_loop.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/task.hpp"

namespace exercise {

using asyncio::Coro;
using asyncio::Duration;
using asyncio::EventLoop;
using asyncio::TimePoint;

// Calls `f` and awaits what it gives, once each `period`, until it is cancelled
// or f throws. The first call is one period from now. The period runs from the
// start of one call to the start of the next. A call that takes longer costs
// those that it has missed, and the next is at a multiple of the period again.
inline Coro<> every(Duration period, std::function<Coro<>()> f) {
  EventLoop& loop = asyncio::get_running_loop();
  TimePoint next = loop.time() + period;
  for (;;) {
    co_await asyncio::sleep(next - loop.time());
    co_await f();
    next += period;
  }
}

}  // namespace exercise
