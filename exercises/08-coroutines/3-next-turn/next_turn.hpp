#pragma once

#include <coroutine>

#include "08-coroutines/coro.hpp"
#include "08-coroutines/driver.hpp"

namespace exercise {

using asyncio::Driver;

// co_await NextTurn() lets everybody who is in the loop's queue already run
// first, and goes on in the loop's next iteration.
class NextTurn {
 public:
  // TODO: is there anything to wait for? So far there never is.
  bool await_ready() const noexcept { return true; }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) const {
    // TODO: tell the driver of the coroutine two things.
    (void)handle;
  }

  void await_resume() const noexcept {}
};

}  // namespace exercise
