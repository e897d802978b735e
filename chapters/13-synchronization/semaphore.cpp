#include "13-synchronization/semaphore.hpp"

#include <stdexcept>

namespace asyncio {

Semaphore::Semaphore(int value, int bound) : value_(value), bound_(bound) {
  if (value < 0) {
    throw std::invalid_argument("Semaphore initial value must be >= 0");
  }
}

void Semaphore::throw_released_too_often() {
  throw std::invalid_argument("BoundedSemaphore released too many times");
}

void SemaphoreAcquire::finish() {
  const bool has_permit = leave();
  try {
    check_cancelled();
  } catch (...) {
    if (has_permit) ++semaphore_.value_;
    semaphore_.give_all();
    throw;
  }
  // Others came while this one had its turn still before it, and had to
  // stand behind it, although there were permits.
  semaphore_.give_all();
}

// The frame is destroyed after it was woken: the permit goes on.
void SemaphoreAcquire::give_up() {
  leave();
  ++semaphore_.value_;
  semaphore_.give_all();
}

}  // namespace asyncio
