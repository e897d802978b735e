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
  bool await_ready() const noexcept { return false; }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) const {
    Driver& driver = handle.promise().driver();
    driver.suspend(handle, nullptr);
    driver.wake();
  }

  void await_resume() const noexcept {}
};

}  // namespace exercise
