#pragma once

#include <type_traits>
#include <utility>

#include "13-synchronization/semaphore.hpp"

namespace asyncio {

// Calls a coroutine function, and awaits it, with a permit.
template <class F, class... Args>
Coro<typename std::invoke_result_t<F&, Args...>::Result> call_with_permit(
    Semaphore& semaphore, F function, Args... args) {
  auto held = co_await semaphore.hold();
  co_return co_await function(std::move(args)...);
}

// Wraps any coroutine function so that all calls together have no more under
// way than the semaphore has permits: what a decorator does in Python, and
// with_timeout() in chapter 12.
//
//     Semaphore ten(10);
//     auto polite_fetch = with_semaphore(ten, fetch);
//     Page page = co_await polite_fetch(url);
//
// The semaphore must outlive the calls. Arguments are kept by value.
template <class F>
auto with_semaphore(Semaphore& semaphore, F function) {
  return [&semaphore, function = std::move(function)](auto... args) {
    return call_with_permit(semaphore, function, std::move(args)...);
  };
}

}  // namespace asyncio
