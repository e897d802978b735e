#pragma once

#include <chrono>

namespace asyncio {

// Spans and points of time, everywhere in the library. asyncio counts
// seconds in a float; here the type carries the unit.
using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// A Clock tells an event loop what time it is, and may be replaced, so that
// a program of sleeps runs in no time and in one exact order.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() = 0;

  // True if time stands still until skip() moves it: the loop then never
  // sleeps until a deadline, but skips to it.
  virtual bool is_manual() const noexcept { return false; }
  virtual void skip(Duration) {}
};

// The system's monotonic clock: never set back, as CPython's time.monotonic.
class SteadyClock final : public Clock {
 public:
  TimePoint now() override { return std::chrono::steady_clock::now(); }
};

// A ManualClock moves only when it is told to: by its owner, or by a loop
// that has nothing to do before its next deadline.
class ManualClock final : public Clock {
 public:
  TimePoint now() override { return now_; }
  bool is_manual() const noexcept override { return true; }
  void skip(Duration duration) override { now_ += duration; }

 private:
  TimePoint now_{};
};

}  // namespace asyncio
