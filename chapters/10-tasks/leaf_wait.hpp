#pragma once

#include <memory>
#include <string>

#include "08-coroutines/coro.hpp"
#include "09-futures/exceptions.hpp"

namespace asyncio {

// A LeafWait is a wait at the bottom of a chain that needs no future: it
// lives in the waiting coroutine's frame, and knows who is to be woken. A
// timer or a descriptor ends it, once, by calling over(); or cancel() does.
class LeafWait : public Wait {
 public:
  bool cancel(const std::string& message) final;

 protected:
  LeafWait() = default;
  // For who calls Driver::suspend() itself, in place of begin().
  explicit LeafWait(Driver& driver) noexcept : driver_(&driver) {}
  ~LeafWait() = default;

  // From await_suspend, and from await_resume.
  template <class Promise>
  void begin(std::coroutine_handle<Promise> handle) {
    driver_ = &handle.promise().driver();
    driver_->suspend(handle, this);
  }
  void end() {
    throw_if_cancelled();
    check_interrupt();
  }

  // The two halves of end(). An interrupt that finds the wait over already
  // may be left to the next one, by not asking for it.
  void throw_if_cancelled() const {
    if (cancelled_) [[unlikely]] throw_cancelled();
  }
  void check_interrupt() const { driver_->check_interrupt(); }

  // What was waited for has happened. Harmless after a cancel.
  void over();
  // The loop is closed: it will not happen, and there is nobody to wake.
  void lost() noexcept { over_ = true; }
  // It happens, but the callback that would say so is still in the loop's
  // queue. Asked for what no longer stands in the heap or in the table.
  bool is_on_its_way() const noexcept { return driver_ && !over_; }
  bool is_over() const noexcept { return over_; }

  // Stops what would call over().
  virtual void withdraw() noexcept = 0;

  EventLoop& loop() const noexcept { return driver_->loop(); }

 private:
  [[noreturn]] void throw_cancelled() const;

  Driver* driver_ = nullptr;
  bool over_ = false;
  std::unique_ptr<CancelledError> cancelled_;
};

}  // namespace asyncio
