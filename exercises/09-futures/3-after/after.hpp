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
  // TODO: a timer that completes the future, and that ends with it.
  (void)delay;
  return future;
}

}  // namespace exercise
