#pragma once

#include <functional>
#include <utility>

#include "05-callbacks/event_loop.hpp"

namespace exercise {

using asyncio::Duration;
using asyncio::TimePoint;

// A JitterCallback calls a function again and again, once a period that is
// longer or shorter by chance: by up to half of `jitter`, as a part of it.
//
// It borrows the loop, which must outlive it. Thread: the loop's.
class JitterCallback {
 public:
  using Random = std::function<double()>;  // from 0 up to 1, without 1

  JitterCallback(asyncio::EventLoop& loop, Duration period, double jitter,
                 Random random, std::function<void()> function)
      : loop_(loop),
        period_(period),
        jitter_(jitter),
        random_(std::move(random)),
        function_(std::move(function)) {}
  JitterCallback(const JitterCallback&) = delete;
  JitterCallback& operator=(const JitterCallback&) = delete;
  ~JitterCallback() { timer_.cancel(); }

  // The first call comes after one period.
  void start() {
    next_ = loop_.time();
    schedule_next();
  }

 private:
  void tick() {
    function_();
    schedule_next();
  }

  // `next_` is when the last call was due, or the start.
  void schedule_next() {
    // TODO: set next_ to when the next call is due: a jittered period after
    // the last one, in the future. So far nothing jitters.
    (void)jitter_;
    next_ = loop_.time() + period_;
    timer_ = loop_.call_at(next_, [this] { tick(); });
  }

  asyncio::EventLoop& loop_;
  const Duration period_;
  const double jitter_;
  const Random random_;
  const std::function<void()> function_;
  TimePoint next_{};
  asyncio::TimerHandle timer_;
};

}  // namespace exercise
