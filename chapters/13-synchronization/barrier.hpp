#pragma once

#include <cstdint>
#include <stdexcept>

#include "13-synchronization/condition.hpp"

namespace asyncio {

// The barrier was reset or aborted while a task waited at it.
class BrokenBarrierError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A Barrier holds back a fixed number of tasks until all of them have come:
// asyncio.Barrier. Then they go on, and it can be used again. Who comes
// while the last round leaves waits for that first.
//
// Ownership: it must outlive those who wait. Thread: the loop's. Errors:
// std::invalid_argument for fewer than one party; BrokenBarrierError out of
// wait().
class Barrier {
 public:
  explicit Barrier(int parties);

  // Waits for the others. Gives a number from 0 to parties - 1, another one
  // to each: for the one of them who is to do something for all.
  Coro<int> wait();

  // Sends away who waits, with a BrokenBarrierError, and begins anew.
  Coro<void> reset();

  // The same, and whoever comes later is sent away too, until reset().
  Coro<void> abort();

  int parties() const noexcept { return parties_; }
  int n_waiting() const noexcept {
    return state_ == State::kFilling ? count_ : 0;
  }
  bool broken() const noexcept { return state_ == State::kBroken; }

 private:
  enum class State : std::uint8_t { kFilling, kDraining, kResetting, kBroken };

  Coro<void> wait_until_open();
  Coro<void> wait_until_full();
  void leave();

  Condition condition_;  // notified whenever the state is another
  const int parties_;
  State state_ = State::kFilling;
  int count_ = 0;  // who is inside
};

}  // namespace asyncio
