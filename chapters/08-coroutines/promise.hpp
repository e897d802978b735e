#pragma once

#include <coroutine>
#include <exception>
#include <source_location>
#include <utility>

#include "08-coroutines/driver.hpp"
#include "08-coroutines/frame_pool.hpp"

namespace asyncio {

// A FrameOwner is what a coroutine's frame knows of its Coro: there is the
// frame's handle, and, in CoroResult, the place where the result goes.
class FrameOwner {
 protected:
  FrameOwner() = default;
  ~FrameOwner() = default;

  std::coroutine_handle<> handle_;  // null once the coroutine has ended

 private:
  friend class Driver;
  friend class PromiseBase;
};

// A PromiseBase is what every coroutine frame holds besides its locals: who
// drives it, who awaits it, where it stands, and where its result goes. It
// follows CPython's coroutine object, with cr_await the other way round: the
// callee knows its caller.
class PromiseBase : public Pooled {
 public:
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;

  // REQUIRES: started()
  Driver& driver() const noexcept { return *driver_; }
  bool started() const noexcept { return driver_ != nullptr; }
  // The coroutine that awaits this one, or nullptr. REQUIRES: it is
  // suspended, or driven from outside.
  PromiseBase* caller() const noexcept { return caller_; }
  // Destroys `frame`, which is this promise's, before it has ended. It may
  // hold another coroutine, as a parameter, which holds another, and so on, a
  // million deep: the native stack does not grow with them.
  void destroy_frame(std::coroutine_handle<> frame) noexcept;

  // The line of the last co_await in this coroutine.
  const std::source_location& where() const noexcept { return where_; }

  // ---- What the compiler calls.

  std::suspend_always initial_suspend() const noexcept { return {}; }

  // The body has ended, and its result stands with the owner. The frame is
  // gone when this coroutine stops: nobody has to destroy it. Whoever awaits
  // it, and is suspended, comes next.
  std::suspend_never final_suspend() const noexcept {
    owner_->handle_ = nullptr;
    if (continuation_) driver_->jump(continuation_);
    return {};
  }

  // Every co_await passes through here, and leaves its line behind.
  template <class Awaitable>
  Awaitable&& await_transform(
      Awaitable&& awaitable,
      std::source_location where = std::source_location::current()) noexcept {
    where_ = where;
    return std::forward<Awaitable>(awaitable);
  }

 protected:
  PromiseBase() = default;

  // ---- For a coroutine that stops more than once (chapter 15).

  // Resumes `self`, whose promise this is, for `caller`. False if it has
  // stopped again, so that the caller goes straight on: stopped() says so.
  template <class Stopped>
  bool resume_for(PromiseBase& caller, std::coroutine_handle<> caller_handle,
                  std::coroutine_handle<> self, Stopped stopped) {
    driver_ = caller.driver_;
    if (caller.depth_ < Driver::kMaxDepth) {
      depth_ = caller.depth_ + 1;
      self.resume();
      if (stopped()) return false;
    } else {
      depth_ = 0;
      driver_->jump(self);
    }
    continuation_ = caller_handle;
    caller_ = &caller;
    caller.depth_ = 0;
    return true;
  }
  // It stops: who awaits it, and is suspended, comes next.
  void resume_caller() noexcept {
    if (continuation_) driver_->jump(std::exchange(continuation_, nullptr));
  }

  FrameOwner* owner_;

 private:
  template <class T>
  friend class Coro;
  friend class Driver;

  Driver* driver_ = nullptr;
  std::coroutine_handle<> continuation_;  // the caller, once it is suspended
  PromiseBase* caller_;                   // the same, for a look at the chain
  int depth_;  // how many started one another, and stand on the native stack
  std::source_location where_;
};

}  // namespace asyncio
