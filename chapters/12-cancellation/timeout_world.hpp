// Bodies for the tests of timeout().
//
// Not part of the library: for programs and tests.

#pragma once

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/timeout.hpp"

namespace test {

// A body that only sleeps.
inline auto sleeping(Duration delay) {
  return [delay]() -> Coro<> { return asyncio::sleep(delay); };
}

// A body that notes whether it was cancelled, and whose Timeout it had.
struct Seen {
  bool cancelled = false;
  bool expired = false;
};
inline Coro<> note_end(Seen& seen, asyncio::Timeout& limit, Duration delay) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const CancelledError&) {
    seen.cancelled = true;
    seen.expired = limit.expired();
    throw;
  }
  seen.expired = limit.expired();
}
inline auto noting(Seen& seen, Duration delay) {
  return [&seen, delay](asyncio::Timeout& limit) -> Coro<> {
    return note_end(seen, limit, delay);
  };
}

}  // namespace test
