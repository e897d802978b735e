#include "08-coroutines/coro.hpp"

#include <stdexcept>

namespace asyncio {

void Driver::start(std::coroutine_handle<> handle,
                   PromiseBase& promise) noexcept {
  promise.driver_ = this;
  promise.caller_ = nullptr;
  promise.depth_ = 0;
  next_up_ = handle;
  innermost_ = &promise;
}

void Driver::destroy_chain() noexcept {
  PromiseBase* promise = next_up_ ? innermost_ : nullptr;
  next_up_ = nullptr;
  wait_ = nullptr;  // it stood in one of the frames
  while (promise && promise->caller_) {
    PromiseBase* caller = promise->caller_;
    // The Coro that owns this frame finds nothing left to destroy.
    std::exchange(promise->owner_->handle_, nullptr).destroy();
    promise = caller;
  }
}

namespace {
// Tells that a coroutine was destroyed before it was ever awaited, if the
// running loop is in debug mode.
void report_never_awaited() noexcept {
  EventLoop* loop = get_running_loop_or_null();
  if (!loop || !loop->get_debug()) return;
  loop->call_exception_handler({"coroutine was never awaited", "", nullptr});
}
}  // namespace

// Nested no deeper than that, frames are destroyed as C++ destroys members,
// each inside the one that holds it. The rest stand in a list, which runs
// through fields that nobody needs any more.
void PromiseBase::destroy_frame(std::coroutine_handle<> frame) noexcept {
  if (!started()) report_never_awaited();
  constexpr int most = 200;
  static constinit thread_local int depth = 0;
  static constinit thread_local PromiseBase* waiting = nullptr;
  if (depth == most) {
    continuation_ = frame;
    caller_ = std::exchange(waiting, this);
    return;
  }
  ++depth;
  frame.destroy();
  while (depth == 1 && waiting) {
    PromiseBase& next = *waiting;
    waiting = next.caller_;
    next.continuation_.destroy();
  }
  --depth;
}

void throw_awaited_twice(bool started) {
  throw std::runtime_error(started ? "coroutine is being awaited already"
                                   : "cannot reuse already awaited coroutine");
}

}  // namespace asyncio
