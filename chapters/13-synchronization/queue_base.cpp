#include "13-synchronization/queue_base.hpp"

#include <algorithm>
#include <limits>

namespace asyncio {

QueueBase::QueueBase(int maxsize)
    : maxsize_(maxsize),
      room_(maxsize > 0 ? static_cast<std::size_t>(maxsize)
                        : std::numeric_limits<std::size_t>::max()) {
  finished_.set();
}

void QueueBase::task_done() {
  if (unfinished_ == 0) {
    throw std::invalid_argument("task_done() called too many times");
  }
  if (--unfinished_ == 0) finished_.set();
}

void QueueBase::shut_down(bool immediate) {
  shut_down_ = true;
  if (immediate) {
    unfinished_ -= std::min(unfinished_, size_);
    size_ = 0;
    if (unfinished_ == 0) finished_.set();
  }
  getters_.wake_all();
  putters_.wake_all();
}

void QueueBase::throw_cannot_put() const {
  if (shut_down_) throw QueueShutDown();
  throw QueueFull();
}

void QueueBase::throw_cannot_get() const {
  if (shut_down_) throw QueueShutDown();
  throw QueueEmpty();
}

void QueueWait::run() {
  // is_over() asks the queue, which must still be there.
  if (woken() && is_attached() && !is_over() && wait_again()) return;
  driver().run();  // and this may be gone
}

void QueueWait::finish() {
  const bool was_woken = leave();
  try {
    check_cancelled();
  } catch (...) {
    // The wake-up was for whoever comes first: for the next one now.
    if (was_woken && is_over()) line_.wake_next();
    throw;
  }
}

// The frame is destroyed after it was woken.
void QueueWait::pass_on() {
  leave();
  if (is_over()) line_.wake_next();
}

}  // namespace asyncio
