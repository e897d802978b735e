#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "10-tasks/task.hpp"
#include "13-synchronization/wait_line.hpp"

namespace asyncio {

// A Waiter is a coroutine's place in a WaitLine. It lives in the frame that
// waits, and is to it what the future in `_waiters` is in CPython, without
// the allocation: to wake it schedules the task, so that the task runs in
// the loop's next iteration.
//
// Ownership: the frame's; it leaves the line when it dies. Thread: the
// loop's.
class Waiter : public Wait {
 public:
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // What a task's cancel() calls. Who was woken already has its turn next,
  // and hears of it then.
  bool cancel(const std::string& message) final;

 protected:
  explicit Waiter(WaitLine& line) noexcept : line_(&line) {}
  ~Waiter() {
    if (stands()) line_->remove(*this);
  }

  // From await_suspend. `turn` is what the loop is to run when this was
  // woken, by default the task.
  template <class Promise>
  void begin(std::coroutine_handle<Promise> handle,
             Callback* turn = nullptr) {
    driver_ = &handle.promise().driver();
    turn_ = turn ? turn : driver_;
    stand();
    driver_->suspend(handle, this);
  }
  // False where await_ready said yes.
  bool waited() const noexcept { return driver_ != nullptr; }

  // From await_resume: leaves the line, and says whether it was woken (else
  // it was cancelled). Throws if the line is gone.
  bool leave();
  // Then: throws CancelledError if the wait was cancelled, or the task after
  // it was woken.
  void check_cancelled() const {
    if (cancelled_) [[unlikely]] throw_cancelled();
    driver_->check_interrupt();
  }

  // Was woken, and never had its turn: for destructors.
  bool has_unused_turn() const noexcept {
    return state_ == State::kWoken && line_;
  }

  // For who was woken in vain: goes to the end of the line. False if the task
  // was cancelled meanwhile. REQUIRES: woken() and is_attached()
  bool wait_again();
  bool woken() const noexcept { return state_ == State::kWoken; }
  bool is_attached() const noexcept { return line_ != nullptr; }
  Driver& driver() const noexcept { return *driver_; }

 private:
  friend class WaitLine;
  enum class State : std::uint8_t { kOut, kWaiting, kWoken, kCancelled };

  bool stands() const noexcept { return state_ != State::kOut && line_; }
  void stand();
  void schedule_turn();
  [[noreturn]] void throw_cancelled() const;

  WaitLine* line_;  // null once it was destroyed
  Waiter* next_;
  Waiter* previous_;
  Driver* driver_ = nullptr;  // while it waits, and after
  Callback* turn_;
  State state_ = State::kOut;
  std::unique_ptr<CancelledError> cancelled_;
};

// What a function gives that makes a coroutine wait in a line: await it, or
// give it to whatever takes a coroutine. It needs no frame of its own.
template <class T, class Awaiter, class Owner>
class [[nodiscard]] LineAwaitable {
 public:
  using Result = T;
  explicit LineAwaitable(Owner& owner) noexcept : owner_(owner) {}
  Awaiter operator co_await() const noexcept { return Awaiter(owner_); }
  operator Coro<T>() const { return as_coroutine(*this); }

 private:
  static Coro<T> as_coroutine(LineAwaitable awaitable) {
    co_return co_await awaitable;
  }
  Owner& owner_;
};

// Waits in a line until it is woken, whatever that means.
class LineWait final : public Waiter {
 public:
  explicit LineWait(WaitLine& line) noexcept : Waiter(line) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    begin(handle);
  }
  void await_resume() {
    leave();
    check_cancelled();
  }
};

}  // namespace asyncio
