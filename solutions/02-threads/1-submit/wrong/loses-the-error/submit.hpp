// The test says: std::future_error: Broken promise
#pragma once

#include <future>
#include <type_traits>
#include <utility>

#include "02-threads/thread_pool.hpp"

namespace exercise {

// Runs `function()` on a thread of the pool. The future gets what it returns
// or throws. Does not wait.
template <class Function>
auto submit(asyncio::ThreadPool& pool, Function function)
    -> std::future<std::invoke_result_t<Function&>> {
  using Result = std::invoke_result_t<Function&>;
  std::promise<Result> promise;
  std::future<Result> future = promise.get_future();
  pool.submit(
      [promise = std::move(promise), function = std::move(function)]() mutable {
        if constexpr (std::is_void_v<Result>) {
          function();
          promise.set_value();
        } else {
          promise.set_value(function());
        }
      });
  return future;
}

}  // namespace exercise
