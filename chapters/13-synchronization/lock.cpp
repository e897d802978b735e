#include "13-synchronization/lock.hpp"

#include <stdexcept>

namespace asyncio {

void Lock::release() {
  if (!locked_) throw std::runtime_error("Lock is not acquired.");
  locked_ = false;
  waiters_.wake_first();
}

void LockAcquire::finish() {
  leave();
  try {
    check_cancelled();
  } catch (...) {
    if (!lock_.locked_) lock_.waiters_.wake_first();
    throw;
  }
  lock_.locked_ = true;
}

// The frame is destroyed after it was woken: the next one is.
void LockAcquire::give_up() {
  leave();
  if (!lock_.locked_) lock_.waiters_.wake_first();
}

}  // namespace asyncio
