#pragma once

#include <optional>
#include <utility>

#include "10-tasks/leaf_wait.hpp"
#include "10-tasks/task.hpp"

namespace asyncio {

// How a coroutine sleeps: the timer stands in its own frame.
class SleepAwaiter {
 public:
  explicit SleepAwaiter(Duration delay) noexcept : delay_(delay) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    driver_ = &handle.promise().driver();
    if (delay_ > Duration::zero()) {
      driver_->suspend(handle, start_timer());
    } else {
      // sleep(0): to the end of the ready queue, with nothing to wait for.
      driver_->suspend(handle, nullptr);
      driver_->wake();
    }
  }
  void await_resume() {
    if (timer_) return timer_->end();
    driver_->check_interrupt();
  }

 private:
  class Wakeup final : public Timer, public LeafWait {
   public:
    explicit Wakeup(Driver& driver) noexcept : LeafWait(driver) {}
    ~Wakeup() {
      if (pending()) {
        withdraw();
      } else if (is_on_its_way()) {
        loop().unschedule(*this);
      }
    }
    void start(Duration delay);
    using LeafWait::end;

   private:
    void run() override { over(); }
    void drop() noexcept override { lost(); }
    std::string describe() const override { return "sleep"; }
    void withdraw() noexcept override;
  };

  Wait* start_timer();

  Duration delay_;
  Driver* driver_ = nullptr;
  std::optional<Wakeup> timer_;
};

// A Sleep is what sleep() gives: await it, or give it to whatever takes a
// coroutine.
class [[nodiscard]] Sleep {
 public:
  using Result = void;
  explicit Sleep(Duration delay) noexcept : delay_(delay) {}
  SleepAwaiter operator co_await() const noexcept {
    return SleepAwaiter(delay_);
  }
  operator Coro<void>() const;

 private:
  Duration delay_;
};

// Waits for `delay`. A delay of zero or less gives the other callbacks one
// turn. asyncio.sleep().
inline Sleep sleep(Duration delay) noexcept { return Sleep(delay); }

// The same, and gives `result` then.
template <class T>
Coro<T> sleep(Duration delay, T result) {
  co_await sleep(delay);
  co_return result;
}

}  // namespace asyncio
