#include "11-gather/completion_group.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <stdexcept>

namespace asyncio {

class CompletionGroup::Slot final : public Callback {
 public:
  void watch(CompletionGroup& group, FutureBase& future) {
    group_ = &group;
    future_ = &future;
    group.expect_one();
    future.add_waiter(*this);
  }
  void unwatch() noexcept {
    if (future_ && future_->remove_waiter(*this)) drop();
  }

  void run() override {
    std::size_t index = static_cast<std::size_t>(this - group_->slots_.get());
    future_ = nullptr;
    CompletionGroup& group = *group_;
    struct Settle {
      CompletionGroup& group;
      ~Settle() { group.settle_one(); }
    } last{group};
    group.on_done(index);
  }
  void drop() noexcept override {
    future_ = nullptr;
    group_->settle_one();
  }
  std::string describe() const override { return "completion"; }

 private:
  CompletionGroup* group_ = nullptr;
  FutureBase* future_ = nullptr;  // while it may still be taken back
};

CompletionGroup::CompletionGroup(EventLoop& loop, std::size_t count)
    : count_(count),
      slots_(std::make_unique<Slot[]>(count)),
      groups_(&loop.service<CompletionGroups>()) {
  groups_->add(*this);
}

CompletionGroup::~CompletionGroup() {
  if (groups_) groups_->remove(*this);
}

void CompletionGroup::watch(std::size_t i, FutureBase& future) {
  slots_[i].watch(*this, future);
}

void CompletionGroup::unwatch(std::size_t i) noexcept { slots_[i].unwatch(); }

void CompletionGroups::add(CompletionGroup& group) noexcept {
  group.next_ = first_;
  if (first_) first_->previous_ = &group;
  first_ = &group;
}

void CompletionGroups::remove(CompletionGroup& group) noexcept {
  (group.previous_ ? group.previous_->next_ : first_) = group.next_;
  if (group.next_) group.next_->previous_ = group.previous_;
}

CompletionGroups::~CompletionGroups() {
  while (first_) {
    CompletionGroup& group = *first_;
    remove(group);
    group.groups_ = nullptr;
    group.retain_group();  // the callbacks may hold the last shares
    for (std::size_t i = 0; i < group.count_; ++i) group.unwatch(i);
    group.release_group();
  }
}

std::vector<std::size_t> repeated(
    const std::vector<Ref<FutureBase>>& futures) {
  // A hash table with open addresses, at most half full.
  const std::size_t mask = std::bit_ceil(2 * futures.size() + 1) - 1;
  std::vector<const FutureBase*> seen(mask + 1);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < futures.size(); ++i) {
    const FutureBase* future = futures[i].get();
    std::size_t at = std::hash<const FutureBase*>()(future) / 64 & mask;
    while (seen[at] && seen[at] != future) at = (at + 1) & mask;
    if (seen[at]) places.push_back(i);
    seen[at] = future;
  }
  std::reverse(places.begin(), places.end());
  return places;
}

void check_same_loop(const EventLoop& loop,
                     const std::vector<Ref<FutureBase>>& futures) {
  for (const Ref<FutureBase>& future : futures) {
    if (&future->loop() != &loop) {
      throw std::invalid_argument(future->describe_future() +
                                  " belongs to a different loop");
    }
  }
}

}  // namespace asyncio
