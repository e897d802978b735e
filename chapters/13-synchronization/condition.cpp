#include "13-synchronization/condition.hpp"

#include <exception>
#include <stdexcept>

namespace asyncio {

Coro<void> Condition::wait() {
  if (!locked()) {
    throw std::runtime_error("cannot wait on un-acquired lock");
  }
  lock_.release();
  std::exception_ptr error;
  LineAwaitable<void, LineWait, WaitLine> notification(waiters_);
  try {
    co_await notification;
  } catch (...) {
    error = std::current_exception();
  }
  // The caller counts on the lock, cancelled or not. The last cancellation
  // is the one that goes on.
  bool has_lock = false;
  while (!has_lock) {
    try {
      co_await lock_.acquire();
      has_lock = true;
    } catch (const CancelledError&) {
      error = std::current_exception();
    }
  }
  if (error) {
    // It may have been notified before: somebody else is told in its place.
    waiters_.wake_next();
    std::rethrow_exception(error);
  }
}

void Condition::notify(std::size_t most) {
  if (!locked()) {
    throw std::runtime_error("cannot notify on un-acquired lock");
  }
  waiters_.wake(most);
}

}  // namespace asyncio
