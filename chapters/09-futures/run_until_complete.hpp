#pragma once

#include <memory>
#include <stdexcept>

#include "09-futures/future.hpp"

namespace asyncio {

// Runs `loop` until `future` is done, and gives its result or throws its
// error. Throws std::runtime_error if the loop was stopped before, and
// std::invalid_argument if the future is another loop's, which would never
// stop this one. A future that somebody else holds, too, keeps its result.
// loop.run_until_complete() of asyncio.
template <class T>
T run_until_complete(EventLoop& loop, Future<T> future) {
  if (&future.get_loop() != &loop) {
    throw std::invalid_argument("The future belongs to a different loop");
  }
  // Scheduled already when Ctrl-C ends the run, it must not stop the next.
  auto waiting = std::make_shared<bool>(true);
  auto id = future.add_done_callback([&loop, waiting](const Future<T>&) {
    if (*waiting) loop.stop();
  });
  try {
    loop.run_forever();
  } catch (...) {
    *waiting = false;
    future.remove_done_callback(id);
    future.state()->mark_retrieved();  // it may be what is thrown here
    throw;
  }
  future.remove_done_callback(id);
  if (!future.done()) {
    throw std::runtime_error("Event loop stopped before Future completed.");
  }
  return take_result(*future.state());
}

}  // namespace asyncio
