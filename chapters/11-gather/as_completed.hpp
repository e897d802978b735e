#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "09-futures/future.hpp"
#include "10-tasks/task.hpp"
#include "11-gather/completion_group.hpp"
#include "11-gather/gather.hpp"

namespace asyncio {

// A CompletionQueue gives futures in the order in which they are done, to
// whoever asks next: the queue inside CPython's as_completed.
//
// Ownership: shared by the sequence, the coroutines that it gave, and the
// callbacks of the futures that are not done. Thread: the loop's.
class CompletionQueue final : public RefCounted, public CompletionGroup {
 public:
  CompletionQueue(std::vector<Ref<FutureBase>> futures, EventLoop& loop);

  void begin(std::optional<Duration> timeout);
  // How many futures there are, each counted once.
  std::size_t size() const noexcept { return futures_.size(); }

  // The next one that is done. Throws TimeoutError once the time is over and
  // those done in time were all given. A static function of a Ref, because
  // what it gives must outlive the caller's hold on the queue.
  static Coro<Ref<FutureBase>> next(Ref<CompletionQueue> queue);

 private:
  void on_done(std::size_t i) override;
  void retain_group() noexcept override { RefCounted::retain(); }
  void release_group() noexcept override { RefCounted::release(); }
  void time_is_over();
  void wake_next();

  EventLoop& loop_;
  std::vector<Ref<FutureBase>> futures_;
  std::size_t remaining_;
  bool over_ = false;
  std::deque<Ref<FutureBase>> done_;
  std::deque<Future<void>> getters_;
  TimerHandle timer_;
};

// An AsCompleted is the sequence that as_completed gives: as many coroutines
// as there are futures. Each, when awaited, gives the result of the next one
// to finish, or throws its exception. They are single-use, and are made as
// the loop over them goes on.
template <class T>
class AsCompleted {
 public:
  AsCompleted(std::vector<Ref<FutureBase>> futures,
              std::optional<Duration> timeout)
      : queue_(make_ref<CompletionQueue>(std::move(futures),
                                         get_running_loop())) {
    queue_->begin(timeout);
  }

  class Iterator {
   public:
    Iterator(const AsCompleted* all, std::size_t i) : all_(all), i_(i) {}
    Coro<T> operator*() const { return next_result(all_->queue_); }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return i_ == other.i_; }

   private:
    const AsCompleted* all_;
    std::size_t i_;
  };
  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, queue_->size()); }

 private:
  static Coro<T> next_result(Ref<CompletionQueue> queue) {
    Ref<FutureBase> done = co_await CompletionQueue::next(std::move(queue));
    co_return take_result(static_cast<FutureState<T>&>(*done));
  }

  Ref<CompletionQueue> queue_;
};

// The results of `awaitables` (coroutines become tasks), the first to finish
// first: asyncio.as_completed.
//
//     for (Coro<int> next : as_completed(std::move(tasks))) {
//       int result = co_await std::move(next);
//     }
//
// When `timeout` has passed, those that are left throw TimeoutError, and
// what they stood for runs on.
template <class A>
auto as_completed(std::vector<A> awaitables,
                  std::optional<Duration> timeout = {}) {
  return AsCompleted<ResultOf<A>>(ensure_futures(std::move(awaitables)),
                                  timeout);
}

}  // namespace asyncio
