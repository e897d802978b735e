#pragma once

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include "11-gather/completion_group.hpp"
#include "11-gather/gather.hpp"

namespace exercise {

// A SomeState<T> is the future that gather_some gives, and the group that is
// told of each child when it is done: as GatherState in the chapter.
template <class T>
class SomeState final : public asyncio::FutureState<std::vector<T>>,
                        private asyncio::CompletionGroup {
 public:
  SomeState(std::vector<asyncio::Task<T>> children, std::size_t wanted)
      : asyncio::FutureState<std::vector<T>>(children.at(0).get_loop()),
        asyncio::CompletionGroup(children.at(0).get_loop(), children.size()),
        children_(std::move(children)),
        wanted_(wanted) {}

  void begin() {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      watch(i, *children_[i].state());
    }
  }

 private:
  // Called once for each child: children_[i] is done now.
  void on_done(std::size_t i) override {
    const asyncio::Task<T>& child = children_[i];
    if (this->done()) return child.state()->mark_retrieved();
    std::exception_ptr error;
    try {
      results_.push_back(child.result());
    } catch (...) {  // CancelledError as well
      error = std::current_exception();
    }
    if (results_.size() == wanted_) {
      this->set_result(std::move(results_));
    } else if (error && ++failed_ > children_.size() - wanted_) {
      this->set_exception(error);
    }
  }
  void retain_group() noexcept override { this->retain(); }
  void release_group() noexcept override { this->release(); }

  std::vector<asyncio::Task<T>> children_;
  std::size_t wanted_;
  std::vector<T> results_;
  std::size_t failed_ = 0;  // children without a result
};

// The first `wanted` results of `tasks`, in the order in which they came.
// Tasks that fail or are cancelled do not count; if fewer than `wanted` can
// come, it ends with the error of the last one that failed. The other tasks
// run on. Throws std::invalid_argument for more results than tasks, or none.
template <class T>
asyncio::Future<std::vector<T>> gather_some(
    std::size_t wanted, std::vector<asyncio::Task<T>> tasks) {
  if (wanted == 0 || wanted > tasks.size()) {
    throw std::invalid_argument("gather_some: no such number of results");
  }
  auto state = asyncio::make_ref<SomeState<T>>(std::move(tasks), wanted);
  state->begin();
  return asyncio::Future<std::vector<T>>(std::move(state));
}

}  // namespace exercise
