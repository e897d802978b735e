#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "05-callbacks/callback.hpp"
#include "05-callbacks/clock.hpp"

namespace asyncio {

// A Timer is a callback with a deadline. It remembers its place in the heap
// that holds it, so that it can be taken out again without a search.
class Timer : public Callback {
 public:
  TimePoint when() const noexcept { return when_; }
  bool pending() const noexcept { return place_ != kNowhere; }

 protected:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() = default;

 private:
  friend class TimerHeap;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  TimePoint when_{};
  std::size_t place_ = kNowhere;
};

// A TimerHeap holds timers and gives back the earliest first; among equal
// deadlines, the one added first. Each node has four children: half as many
// levels as with two, and the four lie in one or two cache lines. Adding,
// taking the first and removing any cost O(log n).
//
// CPython's heap cannot remove from the middle: it marks a timer cancelled
// and sweeps once many are. Here a cancelled timer is gone at once, so
// nothing piles up.
class TimerHeap {
 public:
  bool empty() const noexcept { return heap_.empty(); }
  std::size_t size() const noexcept { return heap_.size(); }

  // The earliest deadline. REQUIRES: !empty()
  TimePoint next_deadline() const noexcept { return heap_.front().when; }

  // REQUIRES: !timer.pending()
  void push(Timer& timer, TimePoint when);

  // Takes out the earliest. REQUIRES: !empty()
  Timer& pop();

  // REQUIRES: timer.pending(), in this heap
  void remove(Timer& timer);

 private:
  struct Entry {
    TimePoint when;
    std::uint64_t order;
    Timer* timer;
    bool before(const Entry& other) const noexcept {
      return when != other.when ? when < other.when : order < other.order;
    }
  };
  void put(std::size_t place, const Entry& entry) noexcept;
  void sift_up(std::size_t place, const Entry& entry) noexcept;
  void sift_down(std::size_t place, const Entry& entry) noexcept;

  std::vector<Entry> heap_;
  std::uint64_t next_order_ = 0;
};

}  // namespace asyncio
