// The test says: expected that the loop has no timer left
#pragma once

#include "05-callbacks/event_loop.hpp"
#include "09-futures/future.hpp"

namespace exercise {

using asyncio::Duration;
using asyncio::EventLoop;
using asyncio::Future;
using asyncio::TimerHandle;

// Gives a future that is completed once `delay` has passed. If it is completed
// or cancelled before, its timer is cancelled, too, and is kept no longer.
inline Future<> after(EventLoop& loop, Duration delay) {
  Future<> future(loop);
  loop.call_later(delay, [future] {
    if (!future.done()) future.set_result();
  });
  return future;
}

}  // namespace exercise
