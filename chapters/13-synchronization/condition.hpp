#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "13-synchronization/lock.hpp"

namespace asyncio {

// A Condition is a lock, and a line of those who wait until something is
// different that the lock protects: asyncio.Condition, as of Python 3.13.
//
//     auto held = co_await condition.hold();
//     co_await condition.wait_for([&] { return !jobs.empty(); });
//
// Who waits gives the lock back, and has it again when wait() returns or
// throws. A wait() may return although nothing is different: so look again,
// or use wait_for(). A notification that finds its waiter cancelled goes to
// another one (gh-112202).
//
// Ownership: it must outlive those who wait, and so must a lock that it was
// given. Thread: the loop's. Errors: std::runtime_error where the lock is
// needed and nobody has it.
class Condition {
 public:
  Condition() : lock_(own_lock_) {}
  explicit Condition(Lock& lock) noexcept : lock_(lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // The lock's.
  bool locked() const noexcept { return lock_.locked(); }
  Lock::Acquire acquire() noexcept { return lock_.acquire(); }
  Lock::Hold hold() noexcept { return lock_.hold(); }
  void release() { lock_.release(); }

  // Until somebody notifies. REQUIRES: the caller has the lock
  Coro<void> wait();

  // Until predicate() gives something true, which is the result.
  template <class P>
  Coro<std::invoke_result_t<P&>> wait_for(P predicate) {
    auto result = predicate();
    while (!result) {
      co_await wait();
      result = predicate();
    }
    co_return result;
  }

  // Lets `most` of those who wait go on, the first ones, once they get the
  // lock. REQUIRES: the caller has it
  void notify(std::size_t most = 1);
  void notify_all() { notify(std::numeric_limits<std::size_t>::max()); }

 private:
  friend class Barrier;

  Lock own_lock_;
  Lock& lock_;
  WaitLine waiters_{"Condition"};
};

}  // namespace asyncio
