#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "05-callbacks/context.hpp"
#include "10-tasks/task.hpp"
#include "16-threads-and-executors/executor.hpp"
#include "16-threads-and-executors/wrap_future.hpp"

namespace asyncio {

// A DefaultExecutor is a loop's own ThreadPoolExecutor, made when first asked
// for. A service. run() ends it, after all tasks and async generators; and
// the loop's destructor waits for its threads at the latest.
// Thread: the loop's.
class DefaultExecutor {
 public:
  explicit DefaultExecutor(EventLoop& loop);

  // Throws std::runtime_error after shutdown().
  ThreadPoolExecutor& get();
  void set(std::shared_ptr<ThreadPoolExecutor> executor);

  Coro<void> shutdown(std::optional<Duration> timeout);

 private:
  EventLoop& loop_;
  std::shared_ptr<ThreadPoolExecutor> executor_;
  // Those that were replaced: who drops one may have to wait for its threads.
  std::vector<std::shared_ptr<ThreadPoolExecutor>> replaced_;
  bool shut_down_ = false;
};

// loop.set_default_executor().
inline void set_default_executor(EventLoop& loop,
                                 std::shared_ptr<ThreadPoolExecutor> executor) {
  loop.service<DefaultExecutor>().set(std::move(executor));
}

// Takes nothing more, and returns when all threads of the loop's default
// executor have ended; after `timeout` it leaves them behind, and says so.
// loop.shutdown_default_executor(). run() calls it.
Coro<void> shutdown_default_executor(EventLoop& loop,
                                     std::optional<Duration> timeout = {});

// Runs `function()` in `executor`, and gives the loop's future of its result.
// loop.run_in_executor(). Without an executor: the loop's default one;
// without a loop: the running one. Cancelling the future does not stop a
// call that has begun; its result is dropped.
//
// Thread: the loop's. Throws std::runtime_error if the loop is closed or the
// executor was shut down.
template <std::invocable F>
auto run_in_executor(EventLoop& loop, Executor& executor, F function) {
  if (loop.is_closed()) throw std::runtime_error("Event loop is closed");
  return wrap_future(executor.submit(std::move(function)), loop, true);
}
template <std::invocable F>
auto run_in_executor(EventLoop& loop, F function) {
  if (loop.is_closed()) throw std::runtime_error("Event loop is closed");
  return run_in_executor(loop, loop.service<DefaultExecutor>().get(),
                         std::move(function));
}
template <std::invocable F>
auto run_in_executor(Executor& executor, F function) {
  return run_in_executor(get_running_loop(), executor, std::move(function));
}
template <std::invocable F>
auto run_in_executor(F function) {
  return run_in_executor(get_running_loop(), std::move(function));
}

// Calls `function(args...)` in a thread of the default executor and gives
// what it returns; the loop goes on meanwhile. asyncio.to_thread(). Function
// and arguments are moved there (pass std::ref for a reference), and it runs
// in a copy of the caller's context.
//
//     std::string text = co_await to_thread(read_whole_file, path);
template <class F, class... Args>
Coro<std::invoke_result_t<F&, Args...>> to_thread(F function, Args... args) {
  using Result = std::invoke_result_t<F&, Args...>;
  auto call = [function = std::move(function), context = Context::current(),
               ... args = std::move(args)]() mutable -> Result {
    ContextScope scope(context);
    return std::invoke(function, std::move(args)...);
  };
  Future<Result> future = run_in_executor(std::move(call));
  co_return co_await std::move(future);
}

}  // namespace asyncio
