#pragma once

#include <cstdint>
#include <utility>

#include "05-callbacks/event_loop.hpp"

namespace asyncio {

// LoopStats counts what an event loop does: how often it asked the kernel,
// how many callbacks it ran, and which part of the time it worked. It is an
// Observer; per callback it only counts, and it reads the clock twice for
// each question to the kernel, so a server can always have one.
//
// Ownership: whoever makes it; it takes itself off its loop. Thread: the
// loop's.
class LoopStats final : public Observer {
 public:
  // The place of the loop's one observer must be free.
  explicit LoopStats(EventLoop& loop);
  ~LoopStats();
  LoopStats(const LoopStats&) = delete;
  LoopStats& operator=(const LoopStats&) = delete;

  void scheduled(const Callback&) override { ++scheduled_; }
  void started(const Callback&) override { ++callbacks_; }
  void polling(std::optional<Duration>) override;
  void polled() override;

  std::uint64_t polls() const noexcept { return polls_; }
  std::uint64_t callbacks() const noexcept { return callbacks_; }
  // In the queue now.
  std::uint64_t waiting() const noexcept { return scheduled_ - callbacks_; }
  // The time between two questions to the kernel, in which nobody else had a
  // turn: altogether, and the longest since the last call of this.
  Duration worked() const noexcept { return worked_; }
  Duration take_longest() noexcept { return std::exchange(longest_, {}); }

 private:
  EventLoop& loop_;
  std::uint64_t polls_ = 0;
  std::uint64_t scheduled_ = 0;
  std::uint64_t callbacks_ = 0;
  TimePoint polled_;
  Duration worked_{};
  Duration longest_{};
};

}  // namespace asyncio
