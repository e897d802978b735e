#include "05-callbacks/timer_heap.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/test.hpp"

namespace {

using asyncio::Duration;
using asyncio::TimePoint;
using asyncio::TimerHeap;

class TestTimer final : public asyncio::Timer {
 public:
  explicit TestTimer(int a_number = 0) : number(a_number) {}
  void run() override {}
  const int number;
};

TimePoint at(std::int64_t nanoseconds) {
  return TimePoint(Duration(nanoseconds));
}

int pop_number(TimerHeap& heap) {
  return static_cast<TestTimer&>(heap.pop()).number;
}

// A generator of numbers that are the same in every run and library.
class Random {
 public:
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_ = 2024;
};

TEST("the earliest timer comes out first") {
  TimerHeap heap;
  TestTimer timers[] = {TestTimer(0), TestTimer(1), TestTimer(2)};
  heap.push(timers[1], at(20));
  heap.push(timers[2], at(30));
  heap.push(timers[0], at(10));
  CHECK_EQ(heap.size(), 3u);
  CHECK(heap.next_deadline() == at(10));
  CHECK_EQ(pop_number(heap), 0);
  CHECK_EQ(pop_number(heap), 1);
  CHECK_EQ(pop_number(heap), 2);
  CHECK(heap.empty());
}

TEST("timers with one deadline come out in the order they went in") {
  TimerHeap heap;
  std::vector<std::unique_ptr<TestTimer>> timers;
  for (int i = 0; i < 100; ++i) {
    timers.push_back(std::make_unique<TestTimer>(i));
    heap.push(*timers.back(), at(5));
  }
  for (int i = 0; i < 100; ++i) CHECK_EQ(pop_number(heap), i);
}

TEST("a timer knows whether it is in a heap, and its deadline after that") {
  TimerHeap heap;
  TestTimer timer;
  CHECK(!timer.pending());
  heap.push(timer, at(7));
  CHECK(timer.pending());
  heap.remove(timer);
  CHECK(!timer.pending());
  CHECK(timer.when() == at(7));
  heap.push(timer, at(9));  // and may go in again
  CHECK(&heap.pop() == &timer);
  CHECK(!timer.pending());
}

TEST("the last entry that fills a hole may rise as well as sink") {
  // Parent 100 has the child 101; the last entry, 2, hangs below 1.
  TimerHeap heap;
  std::vector<std::unique_ptr<TestTimer>> timers;
  const int deadlines[] = {0, 100, 1, 50, 60, 101, 102, 103, 104, 2};
  for (int deadline : deadlines) {
    timers.push_back(std::make_unique<TestTimer>(deadline));
    heap.push(*timers.back(), at(deadline));
  }
  heap.remove(*timers[5]);  // 101: its place is below 100, and 2 comes there
  int before = -1;
  while (!heap.empty()) {
    const int number = pop_number(heap);
    CHECK(number > before);
    before = number;
  }
}

// What the heap must do, done by a list that is searched.
struct Model {
  struct Entry {
    TimePoint when;
    int order;
    TestTimer* timer;
  };
  std::vector<Entry>::iterator first() {
    return std::min_element(entries.begin(), entries.end(),
                            [](const Entry& a, const Entry& b) {
                              return a.when != b.when ? a.when < b.when
                                                      : a.order < b.order;
                            });
  }
  std::vector<Entry> entries;
  int order = 0;
};

TEST("20,000 seeded pushes, pops and removals agree with a sorted model") {
  Random random;
  TimerHeap heap;
  Model model;
  std::vector<std::unique_ptr<TestTimer>> timers;
  for (int i = 0; i < 200; ++i) {
    timers.push_back(std::make_unique<TestTimer>(i));
  }
  for (int i = 0; i < 20000; ++i) {
    TestTimer& timer = *timers[random.below(200)];
    const std::uint32_t action = random.below(4);
    if (!timer.pending()) {
      const TimePoint when = at(random.below(100));
      heap.push(timer, when);
      model.entries.push_back({when, model.order++, &timer});
    } else if (action == 0) {
      heap.remove(timer);
      std::erase_if(model.entries,
                    [&](const Model::Entry& e) { return e.timer == &timer; });
    } else if (action == 1) {
      const auto first = model.first();
      CHECK(heap.next_deadline() == first->when);
      CHECK(&heap.pop() == first->timer);
      model.entries.erase(first);
    }
    CHECK_EQ(heap.size(), model.entries.size());
  }
  while (!heap.empty()) {
    const auto first = model.first();
    CHECK(&heap.pop() == first->timer);
    model.entries.erase(first);
  }
  CHECK(model.entries.empty());
}

TEST("a million cancelled timers leave an empty heap behind") {
  TimerHeap heap;
  TestTimer far;
  heap.push(far, at(1'000'000'000));
  TestTimer timers[10];
  for (int i = 0; i < 100'000; ++i) {
    for (TestTimer& timer : timers) heap.push(timer, at(i + 5));
    for (TestTimer& timer : timers) heap.remove(timer);
    CHECK_EQ(heap.size(), 1u);
  }
}

}  // namespace
