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

void report_never_awaited() noexcept {
  EventLoop* loop = get_running_loop_or_null();
  if (!loop || !loop->get_debug()) return;
  loop->call_exception_handler({"coroutine was never awaited", "", nullptr});
}

void throw_awaited_twice(bool started) {
  throw std::runtime_error(started ? "coroutine is being awaited already"
                                   : "cannot reuse already awaited coroutine");
}

}  // namespace asyncio
