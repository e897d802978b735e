#pragma once

#include <stdexcept>

#include "09-futures/future.hpp"

namespace asyncio {

// Runs `loop` until `future` is done, and gives its result or throws its
// error. Throws std::runtime_error if the loop was stopped before.
// loop.run_until_complete() of asyncio.
template <class T>
T run_until_complete(EventLoop& loop, const Future<T>& future) {
  auto id = future.add_done_callback([&](const Future<T>&) { loop.stop(); });
  try {
    loop.run_forever();
  } catch (...) {
    future.remove_done_callback(id);
    throw;
  }
  future.remove_done_callback(id);
  if (!future.done()) {
    throw std::runtime_error("Event loop stopped before Future completed.");
  }
  return take_result(*future.state());
}

}  // namespace asyncio
