#pragma once

#include "13-synchronization/waiter.hpp"

namespace asyncio {

class EventWait;

// An Event is a flag that coroutines wait for: asyncio.Event. set() lets all
// go on who wait at that moment, even if clear() follows at once.
//
// Ownership: it must outlive those who wait. Thread: the loop's; from other
// threads see chapter 16. Errors: std::runtime_error if tasks of two loops
// wait for it.
class Event {
 public:
  using Wait = LineAwaitable<void, EventWait, Event>;

  bool is_set() const noexcept { return set_; }
  void set() {
    if (set_) return;
    set_ = true;
    waiters_.wake_all();
  }
  void clear() noexcept { set_ = false; }

  // Does not wait if the event is set.
  Wait wait() noexcept { return Wait(*this); }

 private:
  friend class EventWait;

  WaitLine waiters_{"Event"};
  bool set_ = false;
};

// How a coroutine waits for an event.
class EventWait final : public Waiter {
 public:
  explicit EventWait(Event& event) noexcept
      : Waiter(event.waiters_), event_(event) {}

  bool await_ready() const noexcept { return event_.is_set(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    begin(handle);
  }
  void await_resume() {
    if (!waited()) return;
    leave();
    check_cancelled();
  }

 private:
  Event& event_;
};

}  // namespace asyncio
