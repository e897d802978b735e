#include "11-gather/as_completed.hpp"

#include <cstddef>

namespace asyncio {

namespace {
std::vector<Ref<FutureBase>> each_once(std::vector<Ref<FutureBase>> futures) {
  for (std::size_t place : repeated(futures)) {
    futures.erase(futures.begin() + static_cast<std::ptrdiff_t>(place));
  }
  return futures;
}
}  // namespace

CompletionQueue::CompletionQueue(std::vector<Ref<FutureBase>> futures,
                                 EventLoop& loop)
    : CompletionGroup(loop, futures.size()),
      loop_(loop),
      futures_(each_once(std::move(futures))),
      remaining_(futures_.size()) {
  check_same_loop(loop, futures_);
}

void CompletionQueue::begin(std::optional<Duration> timeout) {
  for (std::size_t i = 0; i < futures_.size(); ++i) watch(i, *futures_[i]);
  if (timeout && remaining_ > 0) {
    // `this` lives as long as the timer: what remains holds it, by a callback.
    timer_ = loop_.call_later(*timeout, [this] { time_is_over(); });
  }
}

void CompletionQueue::on_done(std::size_t i) {
  if (over_) return;
  done_.push_back(std::move(futures_[i]));
  if (--remaining_ == 0) timer_.cancel();
  wake_next();
}

void CompletionQueue::time_is_over() {
  Ref<CompletionQueue> keep(this);
  over_ = true;
  for (std::size_t i = 0; i < futures_.size(); ++i) unwatch(i);
  while (!getters_.empty()) wake_next();
}

// A getter is only woken: it looks for itself what there is, and waits again
// if somebody else was faster.
void CompletionQueue::wake_next() {
  while (!getters_.empty()) {
    Future<void> getter = std::move(getters_.front());
    getters_.pop_front();
    if (getter.done()) continue;
    getter.set_result();
    return;
  }
}

Coro<Ref<FutureBase>> CompletionQueue::next(Ref<CompletionQueue> queue) {
  while (queue->done_.empty()) {
    if (queue->over_) throw TimeoutError();
    Future<void> getter(queue->loop_);
    queue->getters_.push_back(getter);
    try {
      co_await getter;
    } catch (const CancelledError&) {
      // If it was woken already, the turn passes to the next.
      if (!getter.cancelled() && !queue->done_.empty()) queue->wake_next();
      throw;
    }
  }
  Ref<FutureBase> done = std::move(queue->done_.front());
  queue->done_.pop_front();
  co_return done;
}

}  // namespace asyncio
