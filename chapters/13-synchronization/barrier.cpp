#include "13-synchronization/barrier.hpp"

#include <exception>

namespace asyncio {

Barrier::Barrier(int parties) : parties_(parties) {
  if (parties < 1) throw std::invalid_argument("parties must be > 0");
}

Coro<int> Barrier::wait() {
  auto held = co_await condition_.hold();
  co_await wait_until_open();
  const int index = count_++;
  std::exception_ptr error;
  try {
    if (index + 1 == parties_) {
      state_ = State::kDraining;
      condition_.notify_all();
    } else {
      co_await wait_until_full();
    }
  } catch (...) {
    error = std::current_exception();
  }
  leave();
  if (error) std::rethrow_exception(error);
  co_return index;
}

// The round before may still be leaving.
Coro<void> Barrier::wait_until_open() {
  auto open = [this] {
    return state_ == State::kFilling || state_ == State::kBroken;
  };
  co_await condition_.wait_for(open);
  if (broken()) throw BrokenBarrierError("Barrier aborted");
}

Coro<void> Barrier::wait_until_full() {
  auto changed = [this] { return state_ != State::kFilling; };
  co_await condition_.wait_for(changed);
  if (state_ != State::kDraining) {
    throw BrokenBarrierError("Abort or reset of barrier");
  }
}

// The last one out opens the barrier for the next round.
void Barrier::leave() {
  if (--count_ > 0) return;
  if (!broken()) state_ = State::kFilling;
  condition_.notify_all();
}

Coro<void> Barrier::reset() {
  auto held = co_await condition_.hold();
  state_ = count_ > 0 ? State::kResetting : State::kFilling;
  condition_.notify_all();
}

Coro<void> Barrier::abort() {
  auto held = co_await condition_.hold();
  state_ = State::kBroken;
  condition_.notify_all();
}

}  // namespace asyncio
