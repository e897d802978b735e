#pragma once

#include <cstddef>
#include <vector>

#include "05-callbacks/callback.hpp"

namespace asyncio {

// A ReadyQueue is the loop's line of callbacks that run next: first in,
// first out. It is a ring in one block of memory, so that neither end costs
// an allocation once it has grown to the program's size.
class ReadyQueue {
 public:
  bool empty() const noexcept { return head_ == tail_; }
  std::size_t size() const noexcept { return tail_ - head_; }

  void push(Callback& callback) {
    if (size() == capacity_) grow();
    ring_[tail_++ & mask_] = &callback;
  }

  // The one that is `place` from the first. REQUIRES: place < size()
  Callback& operator[](std::size_t place) const noexcept {
    return *ring_[(head_ + place) & mask_];
  }

  // Puts something that does nothing in the place of `callback`.
  void forget(Callback& callback) noexcept {
    for (std::size_t i = head_; i != tail_; ++i) {
      if (ring_[i & mask_] == &callback) ring_[i & mask_] = &nothing_;
    }
  }

  // REQUIRES: !empty()
  Callback& pop() noexcept {
    // By the time that the next but one is run, it is in the cache. What
    // stands in that place of the ring may be gone: then no harm is done.
    __builtin_prefetch(ring_[(head_ + 2) & mask_]);
    return *ring_[head_++ & mask_];
  }

 private:
  void grow() {
    std::vector<Callback*> bigger(ring_.empty() ? 64 : ring_.size() * 2);
    std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) bigger[i] = &pop();
    ring_.swap(bigger);
    head_ = 0;
    tail_ = count;
    capacity_ = ring_.size();
    mask_ = capacity_ - 1;
  }

  struct Nothing final : Callback {
    void run() override {}
    bool cancelled() const noexcept override { return true; }
  };
  static inline Nothing nothing_;

  // head_ and tail_ only ever count up; the mask makes them indices, which
  // is why the ring's size is a power of two.
  std::vector<Callback*> ring_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::size_t capacity_ = 0;
  std::size_t mask_ = 0;
};

}  // namespace asyncio
