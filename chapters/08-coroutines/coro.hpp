#pragma once

#include <cassert>
#include <new>
#include <type_traits>
#include <utility>

#include "08-coroutines/coro_result.hpp"

namespace asyncio {

// A promise that ends with a value, or with none.
template <class T>
class CoroPromise : public PromiseBase {
 public:
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    result().set_value(std::forward<U>(value));
  }
  void unhandled_exception() noexcept { result().set_error(); }

 private:
  CoroResult<T>& result() const noexcept {
    return static_cast<CoroResult<T>&>(*owner_);
  }
};

template <>
class CoroPromise<void> : public PromiseBase {
 public:
  void return_void() const noexcept {}
  void unhandled_exception() noexcept {
    static_cast<CoroResult<void>&>(*owner_).set_error();
  }
};

// Throws std::runtime_error: `started` says which of the two it is.
[[noreturn]] void throw_awaited_twice(bool started);

// A Coro<T> is a coroutine object, as calling an `async def` function makes
// it: a frame with the arguments in it, and not one statement has run.
// co_await runs it and gives its result:
//
//     Coro<int> twice(int x) { co_return 2 * x; }
//     Coro<int> four() { co_return co_await twice(2); }
//
// It is awaited once, with co_await on an rvalue; a second time throws
// std::runtime_error. It runs at once, inside the awaiting coroutine, and
// the loop does not get a turn unless something in it really waits.
// Parameters live in the frame: take them by value. A reference or a
// string_view must outlive the coroutine.
//
// Ownership: a Coro owns its frame until the coroutine has ended. Destroying
// it before destroys the frame's locals, wherever it stands. Move-only, and
// it must not be moved once it was awaited. Thread: the loop's. What the
// coroutine throws comes out of the co_await.
template <class T = void>
class [[nodiscard]] Coro : private CoroResult<T> {
 public:
  using Result = T;
  class promise_type : public CoroPromise<T> {
   public:
    Coro get_return_object() noexcept { return Coro(*this); }
  };

  Coro(Coro&& other) noexcept { adopt(other); }
  Coro& operator=(Coro&& other) noexcept {
    if (this == &other) return *this;
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }
  ~Coro() { reset(); }

  // True until the coroutine has ended, or was moved away.
  explicit operator bool() const noexcept { return handle_ != nullptr; }

  // What chapter 10 needs to drive it. REQUIRES: *this holds a frame; for
  // the last, that it has ended.
  promise_type& promise() const noexcept {
    return Handle::from_address(handle_.address()).promise();
  }
  std::coroutine_handle<> handle_erased() const noexcept { return handle_; }
  using CoroResult<T>::take_result;

  // Destroys the frame before the Coro's own end.
  void reset() noexcept {
    if (!handle_) return;
    PromiseBase& self = promise();
    self.destroy_frame(std::exchange(handle_, nullptr));
  }

  // What co_await works with. The Coro itself stays where it is: mostly a
  // temporary, which lives in the caller's frame until the await is over.
  class Awaiter {
   public:
    explicit Awaiter(Coro& coro) noexcept : coro_(coro) {}
    bool await_ready() const noexcept { return false; }

    // False: it has ended already, and the caller goes straight on.
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
      return coro_.run_for(caller.promise(), caller);
    }

    T await_resume() { return coro_.take_result(); }

   private:
    Coro& coro_;
  };

  Awaiter operator co_await() && noexcept { return Awaiter(*this); }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  using CoroResult<T>::handle_;

  explicit Coro(promise_type& promise) noexcept {
    handle_ = Handle::from_promise(promise);
    promise.owner_ = this;
  }

  bool run_for(PromiseBase& caller, std::coroutine_handle<> caller_handle);

  void adopt(Coro& other) noexcept {
    handle_ = std::exchange(other.handle_, nullptr);
    if (!handle_) return;
    // Who awaits it looks for the result in the old place.
    assert(!promise().started());
    promise().owner_ = this;
  }
};

// Starts the coroutine, and says whether the caller has to wait for it.
template <class T>
bool Coro<T>::run_for(PromiseBase& caller,
                      std::coroutine_handle<> caller_handle) {
  if (!handle_ || promise().started()) [[unlikely]] {
    throw_awaited_twice(handle_ != nullptr);
  }
  PromiseBase& self = promise();
  Driver& driver = caller.driver();
  self.driver_ = &driver;
  if (caller.depth_ < Driver::kMaxDepth) [[likely]] {
    self.depth_ = caller.depth_ + 1;
    handle_.resume();
    if (!handle_) return false;
  } else {
    self.depth_ = 0;
    driver.jump(handle_);
  }
  self.continuation_ = caller_handle;
  self.caller_ = &caller;
  caller.depth_ = 0;  // the trampoline will resume it
  return true;
}

}  // namespace asyncio
