#pragma once

#include <cstddef>

namespace asyncio {

class EventLoop;
class Waiter;

// A WaitLine is who waits for one thing (a lock, an item), in the order in
// which they came. It follows the deques `_waiters`, `_getters` and
// `_putters` of CPython's locks.py and queues.py: to wake somebody only
// schedules it, and who was woken or cancelled stays in the line until it
// has its turn.
//
// Ownership: the waiters stand in the frames of those who wait; the line
// only links them. It may be destroyed before them: then nobody can wake
// them, and they can still be cancelled. Thread: the loop's.
class WaitLine {
 public:
  // `what` is whose line it is, for messages.
  explicit WaitLine(const char* what) noexcept : what_(what) {}
  WaitLine(const WaitLine&) = delete;
  WaitLine& operator=(const WaitLine&) = delete;
  ~WaitLine();

  // Somebody waits, or was woken and did not have its turn yet. Who was
  // cancelled no longer counts.
  bool busy() const noexcept { return active_ != 0; }

  // Wakes the first that was neither woken nor cancelled. False: there is
  // none.
  bool wake_next() { return candidate_ && wake_candidate(); }

  // The same, but only if nobody stands before it, not even somebody who is
  // about to leave.
  void wake_first();

  // The first `most` of them.
  void wake(std::size_t most) {
    while (most-- > 0 && wake_next()) {
    }
  }
  void wake_all() {
    while (wake_next()) {
    }
  }

 private:
  friend class Waiter;

  // Throws std::runtime_error if others wait here on another loop, or once
  // did.
  void check_loop(EventLoop& loop);
  void add(Waiter& waiter) noexcept;  // at the end
  void remove(Waiter& waiter) noexcept;
  bool wake_candidate();

  const char* what_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  Waiter* candidate_ = nullptr;  // nobody before it can be woken
  std::size_t active_ = 0;       // not cancelled
  EventLoop* loop_ = nullptr;    // of the first who ever waited
};

}  // namespace asyncio
