#pragma once

#include "13-synchronization/held.hpp"
#include "13-synchronization/waiter.hpp"

namespace asyncio {

class LockAcquire;

// A Lock is held by one coroutine at a time: asyncio.Lock. Those who wait
// for it get it in the order in which they asked.
//
//     auto held = co_await lock.hold();
//
// There are two ways to wait: acquire(), to be followed by release(); and
// hold(), whose result releases at the end of its scope. A lock that is free
// is taken at once, without a turn of the loop. Who is cancelled while it
// waits, or after it was woken, leaves the lock to the next in line.
//
// It has no owner: anybody may release it. Ownership: it must outlive those
// who hold it. Thread: the loop's. Errors: std::runtime_error if tasks of two
// loops wait for it, or if it is released when nobody holds it.
class Lock {
 public:
  using Acquire = LineAwaitable<void, LockAcquire, Lock>;
  using Hold =
      LineAwaitable<Held<Lock>, HoldAwaiter<LockAcquire, Lock>, Lock>;

  bool locked() const noexcept { return locked_; }

  Acquire acquire() noexcept { return Acquire(*this); }
  Hold hold() noexcept { return Hold(*this); }
  void release();

 private:
  friend class LockAcquire;
  template <class Owner>
  friend class Held;

  bool try_acquire() noexcept {
    if (locked_ || waiters_.busy()) return false;
    return locked_ = true;
  }
  // A frame that is destroyed within Condition::wait holds no lock any more.
  void end_hold() noexcept {
    if (locked_) release();
  }

  WaitLine waiters_{"Lock"};
  bool locked_ = false;
};

// How a coroutine waits for a lock.
class LockAcquire : public Waiter {
 public:
  explicit LockAcquire(Lock& lock) noexcept
      : Waiter(lock.waiters_), lock_(lock) {}
  ~LockAcquire() {
    if (has_unused_turn()) give_up();
  }

  bool await_ready() noexcept { return lock_.try_acquire(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    begin(handle);
  }
  void await_resume() {
    if (waited()) finish();
  }

 private:
  void finish();
  void give_up();

  Lock& lock_;
};

}  // namespace asyncio
