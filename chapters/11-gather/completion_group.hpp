#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "09-futures/future_base.hpp"

namespace asyncio {

class CompletionGroups;

// A CompletionGroup is told of each of several futures when it is done:
// what gather, wait and as_completed have in common. One block of memory
// holds a callback for each future, so that adding them costs no allocation
// each.
//
// Ownership: shared; the callbacks that are still to come hold one share, so
// the group outlives whoever has lost interest in it. A loop that ends takes
// back what callbacks are left. Thread: the loop's.
class CompletionGroup {
 public:
  CompletionGroup(const CompletionGroup&) = delete;

  // Has on_done(i) called, through the loop, when futures[i] is done. At
  // most once for each i. REQUIRES: i < count
  void watch(std::size_t i, FutureBase& future);

  // Nobody wants to be told any more: takes back what is not scheduled yet.
  // on_done() may still be called for those that are.
  void unwatch(std::size_t i) noexcept;

 protected:
  CompletionGroup(EventLoop& loop, std::size_t count);
  ~CompletionGroup();

  virtual void on_done(std::size_t i) = 0;
  // The shares of the object that this is a part of.
  virtual void retain_group() noexcept = 0;
  virtual void release_group() noexcept = 0;

 private:
  friend class CompletionGroups;
  class Slot;

  void expect_one() {
    if (expected_++ == 0) retain_group();
  }
  void settle_one() {
    if (--expected_ == 0) release_group();
  }

  const std::size_t count_;
  std::size_t expected_ = 0;  // callbacks that are still to come
  std::unique_ptr<Slot[]> slots_;
  CompletionGroups* groups_;  // null once the loop has ended
  CompletionGroup* previous_ = nullptr;
  CompletionGroup* next_ = nullptr;
};

// CompletionGroups is a loop's service that knows its groups. A group holds
// its futures, and a future that is not done holds, by its callback, the
// group: where nobody else holds either, no count of theirs ever reaches 0.
// So when the loop ends, and nobody will be told any more, this takes the
// callbacks back. (CPython leaves such a ring to its garbage collector.)
class CompletionGroups {
 public:
  explicit CompletionGroups(EventLoop&) {}
  ~CompletionGroups();

 private:
  friend class CompletionGroup;
  void add(CompletionGroup& group) noexcept;
  void remove(CompletionGroup& group) noexcept;

  CompletionGroup* first_ = nullptr;
};

// The places where a future stands once more, the last place first: what is
// to be erased to make of `futures` the set that asyncio's wait and
// as_completed make of their argument.
std::vector<std::size_t> repeated(
    const std::vector<Ref<FutureBase>>& futures);

// Throws std::invalid_argument if one of them belongs to another loop.
void check_same_loop(const EventLoop& loop,
                     const std::vector<Ref<FutureBase>>& futures);

}  // namespace asyncio
