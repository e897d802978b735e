#pragma once

#include <utility>

namespace asyncio {

// A Held is a lock, or a permit of a semaphore, for as long as it lives: what
// `async with lock:` is in Python.
//
//     auto held = co_await lock.hold();
//
// Ownership: move-only; releases at its end. The lock must outlive it.
// Thread: the loop's.
template <class Owner>
class [[nodiscard]] Held {
 public:
  explicit Held(Owner& owner) noexcept : owner_(&owner) {}
  Held(Held&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  Held& operator=(Held&& other) noexcept {
    std::swap(owner_, other.owner_);
    return *this;
  }
  ~Held() {
    if (owner_) owner_->end_hold();
  }

  // Before its end. REQUIRES: not released or moved away
  void release() { std::exchange(owner_, nullptr)->release(); }

 private:
  Owner* owner_;
};

// As the awaiter Acquire, and gives a Held.
template <class Acquire, class Owner>
class HoldAwaiter final : public Acquire {
 public:
  explicit HoldAwaiter(Owner& owner) noexcept
      : Acquire(owner), owner_(owner) {}
  Held<Owner> await_resume() {
    Acquire::await_resume();
    return Held<Owner>(owner_);
  }

 private:
  Owner& owner_;
};

}  // namespace asyncio
