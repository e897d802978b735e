#include "05-callbacks/timer_heap.hpp"

#include <cassert>

namespace asyncio {

namespace {
constexpr std::size_t kChildren = 4;
}

void TimerHeap::push(Timer& timer, TimePoint when) {
  assert(!timer.pending());
  timer.when_ = when;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, Entry{when, next_order_++, &timer});
}

Timer& TimerHeap::pop() {
  Timer& first = *heap_.front().timer;
  remove(first);
  if (!empty()) __builtin_prefetch(heap_.front().timer);  // mostly the next
  return first;
}

void TimerHeap::remove(Timer& timer) {
  assert(timer.pending());
  std::size_t hole = timer.place_;
  timer.place_ = Timer::kNowhere;
  Entry last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  // The last entry fills the hole, and may belong above it or below it.
  if (hole > 0 && last.before(heap_[(hole - 1) / kChildren])) {
    sift_up(hole, last);
  } else {
    sift_down(hole, last);
  }
}

void TimerHeap::put(std::size_t place, const Entry& entry) noexcept {
  heap_[place] = entry;
  entry.timer->place_ = place;
}

void TimerHeap::sift_up(std::size_t place, const Entry& entry) noexcept {
  while (place > 0) {
    std::size_t parent = (place - 1) / kChildren;
    if (!entry.before(heap_[parent])) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void TimerHeap::sift_down(std::size_t place, const Entry& entry) noexcept {
  for (;;) {
    std::size_t child = place * kChildren + 1;
    if (child >= heap_.size()) break;
    std::size_t end = child + kChildren;
    if (end > heap_.size()) end = heap_.size();
    std::size_t least = child;
    while (++child < end) {
      if (heap_[child].before(heap_[least])) least = child;
    }
    if (!heap_[least].before(entry)) break;
    put(place, heap_[least]);
    place = least;
  }
  put(place, entry);
}

}  // namespace asyncio
