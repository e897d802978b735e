// What this chapter's tests have in common, beside cancel_world.hpp.
//
// Not part of the library: for programs and tests.

#pragma once

#include <vector>

#include "12-cancellation/cancel_world.hpp"

namespace test {

// So many iterations of the loop: asyncio.sleep(0), which the tests of
// CPython are full of.
inline Coro<> turns(int count = 1) {
  for (int i = 0; i < count; ++i) co_await asyncio::sleep({});
}

// Awaits a task that was cancelled.
template <class T>
Coro<> await_cancelled(Task<T> task) {
  bool cancelled = false;
  try {
    co_await task;
  } catch (const CancelledError&) {
    cancelled = true;
  }
  CHECK(cancelled);
}

// Awaits what throws, and gives the error's text.
template <class A>
Coro<std::string> error_of(A awaitable) {
  std::exception_ptr error;
  try {
    static_cast<void>(co_await std::move(awaitable));
  } catch (...) {
    error = std::current_exception();
  }
  co_return text_of(error);
}

}  // namespace test
