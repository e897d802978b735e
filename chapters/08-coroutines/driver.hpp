#pragma once

#include <cassert>
#include <coroutine>
#include <string>

#include "05-callbacks/event_loop.hpp"

namespace asyncio {

class PromiseBase;
class Driver;
class TaskBase;  // chapter 10

// A Wait is what the innermost coroutine of a chain waits for: a future, a
// timer, a socket. Whoever drives the chain can ask it to give up.
class Wait {
 public:
  // Asks for the wait to end soon, with a CancelledError that carries
  // `message`. False if it has ended already, so that there is nothing left
  // to cancel.
  virtual bool cancel(const std::string& message) = 0;

  // `driver` will not be told. False if it was told already, or never was to
  // be.
  virtual bool forget(Driver&) noexcept { return false; }

  // The task that it waits for, or nullptr if it is something else.
  virtual TaskBase* as_task() noexcept { return nullptr; }

 protected:
  ~Wait() = default;
};

// A Driver runs a chain of coroutines that await one another, on an event
// loop: it resumes the innermost one each time that what it waits for has
// happened. To the loop it is a callback. CPython's Task.__step does this;
// here the chain's part of it stands alone, and chapter 10 makes Task of it.
//
// No native stack grows with the chain. A coroutine never resumes the one
// that awaits it: it names it as the next one and returns, and the loop in
// resume(), a trampoline, goes on with that. One shortcut is taken: an
// awaited coroutine is started right inside the await, up to kMaxDepth of
// them deep, since most finish at once.
//
// Ownership: whoever makes a Driver keeps it alive until its chain has
// finished, and owns the chain. Thread: the loop's.
class Driver : public Callback {
 public:
  explicit Driver(EventLoop& loop) noexcept : loop_(loop) {}
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  EventLoop& loop() const noexcept { return loop_; }

  // Resumes the chain until it waits again, or has finished.
  void run() override { resume(); }

  // ---- For awaitables at the bottom of a chain.

  // The coroutine `handle` waits for `wait`, and is the one to resume.
  // Called by await_suspend, before anything can call wake().
  template <class Promise>
  void suspend(std::coroutine_handle<Promise> handle, Wait* wait) noexcept {
    next_up_ = handle;
    innermost_ = &handle.promise();
    wait_ = wait;
  }

  // What was waited for has happened: resumes the chain in the loop's next
  // iteration.
  void wake() { loop_.schedule(*this); }

  // Called by await_resume, before it looks at its result: throws instead
  // when the chain was interrupted meanwhile.
  void check_interrupt() {
    if (interrupted_) [[unlikely]] throw_interrupt();
  }
  void clear_interrupt() noexcept { interrupted_ = false; }

 protected:
  ~Driver() = default;

  // Lets `promise` be driven by this, `handle` first.
  void start(std::coroutine_handle<> handle, PromiseBase& promise) noexcept;
  void resume() {
    wait_ = nullptr;
    for (auto next = next_up_; next; next = next_) {
      next_up_ = next_ = nullptr;
      next.resume();
    }
  }

  // Destroys the frames that wait, the innermost first, so that a chain of
  // any length is taken down in a loop. The outermost is left to its owner.
  void destroy_chain() noexcept;

  // What the chain waits for, if it does.
  Wait* wait() const noexcept { return wait_; }
  // It does no longer, and will be woken by other means.
  void stop_waiting() noexcept { wait_ = nullptr; }
  // True while the chain waits, or has not begun; false while it runs.
  bool suspended() const noexcept { return next_up_ != nullptr; }
  // The coroutine that waits. REQUIRES: suspended()
  PromiseBase* innermost() const noexcept { return innermost_; }

  // Makes the next check_interrupt() throw.
  void set_interrupt() noexcept { interrupted_ = true; }
  bool interrupted() const noexcept { return interrupted_; }
  // Throws what the interrupted chain shall see. Chapter 10 throws
  // CancelledError here.
  virtual void throw_interrupt() {}

 private:
  template <class T>
  friend class Coro;
  friend class PromiseBase;
  static constexpr int kMaxDepth = 32;

  // Whom the trampoline resumes after the one that runs now.
  void jump(std::coroutine_handle<> next) noexcept { next_ = next; }

  EventLoop& loop_;
  std::coroutine_handle<> next_up_;  // whom the next resume() begins with
  std::coroutine_handle<> next_;
  PromiseBase* innermost_ = nullptr;
  Wait* wait_ = nullptr;
  bool interrupted_ = false;
};

}  // namespace asyncio
