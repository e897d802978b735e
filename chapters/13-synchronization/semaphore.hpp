#pragma once

#include <limits>
#include <utility>

#include "13-synchronization/held.hpp"
#include "13-synchronization/waiter.hpp"

namespace asyncio {

class SemaphoreAcquire;

// A Semaphore has a number of permits: so many coroutines can hold one at a
// time. asyncio.Semaphore, as it is since Python 3.13: strictly first
// come, first served.
//
//     Semaphore semaphore(10);
//     auto held = co_await semaphore.hold();  // ten of these, at most
//
// A permit that is free is taken at once, unless somebody waits for one: who
// comes late does not overtake those who were woken, and have not run yet. A
// permit is given to the first in line when it is released; if that one is
// cancelled before it runs, it goes to the next.
//
// Ownership: it must outlive those who hold a permit. Thread: the loop's.
// Errors: std::invalid_argument for a number below zero; std::runtime_error
// if tasks of two loops wait for it.
class Semaphore {
 public:
  using Acquire = LineAwaitable<void, SemaphoreAcquire, Semaphore>;
  using Hold =
      LineAwaitable<Held<Semaphore>,
                    HoldAwaiter<SemaphoreAcquire, Semaphore>, Semaphore>;

  explicit Semaphore(int value = 1) : Semaphore(value, kUnbounded) {}

  // True if acquire() would have to wait.
  bool locked() const noexcept { return value_ == 0 || waiters_.busy(); }

  Acquire acquire() noexcept { return Acquire(*this); }
  Hold hold() noexcept { return Hold(*this); }
  // One permit more. Throws std::invalid_argument if it is bounded, and
  // nobody has one.
  void release() {
    if (value_ >= bound_) throw_released_too_often();
    ++value_;
    give_next();
  }

 protected:
  Semaphore(int value, int bound);

 private:
  friend class SemaphoreAcquire;
  template <class Owner>
  friend class Held;
  static constexpr int kUnbounded = std::numeric_limits<int>::max();

  bool try_acquire() noexcept {
    if (locked()) return false;
    --value_;
    return true;
  }
  // Gives the first in line a permit, and wakes it.
  bool give_next() {
    if (!waiters_.wake_next()) return false;
    --value_;
    return true;
  }
  void give_all() {
    while (value_ > 0 && give_next()) {
    }
  }
  void end_hold() noexcept {
    if (value_ < bound_) release();
  }
  [[noreturn]] static void throw_released_too_often();

  WaitLine waiters_{"Semaphore"};
  int value_;
  int bound_;
};

// A BoundedSemaphore cannot be released more often than it was acquired:
// asyncio.BoundedSemaphore.
class BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(int value = 1) : Semaphore(value, value) {}
};

// How a coroutine waits for a permit.
class SemaphoreAcquire : public Waiter {
 public:
  explicit SemaphoreAcquire(Semaphore& semaphore) noexcept
      : Waiter(semaphore.waiters_), semaphore_(semaphore) {}
  ~SemaphoreAcquire() {
    if (has_unused_turn()) give_up();
  }

  bool await_ready() noexcept { return semaphore_.try_acquire(); }
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

  Semaphore& semaphore_;
};

}  // namespace asyncio
