#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "10-tasks/task.hpp"

namespace asyncio {

// An ExceptionGroup is several errors that happened together.
class ExceptionGroup : public std::runtime_error {
 public:
  ExceptionGroup(const std::string& message,
                 std::vector<std::exception_ptr> exceptions);

  const std::vector<std::exception_ptr>& exceptions() const noexcept {
    return exceptions_;
  }

 private:
  std::vector<std::exception_ptr> exceptions_;
};

// A TaskGroup runs tasks that live and die together: asyncio.TaskGroup. It
// is left only when all its tasks are done. The first that fails cancels the
// others, and the body; then all their errors are thrown as one
// ExceptionGroup. As for Timeout, task_group() enters and leaves it.
//
// Ownership: task_group()'s frame. Thread: the loop's.
class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;

  // As asyncio::create_task, in the group. Throws std::runtime_error when
  // the group was not entered, is shutting down, or is finished.
  template <class T>
  Task<T> create_task(Coro<T> coro, std::string name = {}) {
    check_may_create();
    Task<T> task = asyncio::create_task(std::move(coro), std::move(name));
    add(AnyTask(task));
    task.add_done_callback(
        [this](const Future<T>& done) { on_task_done(*done.state()); });
    return task;
  }

  template <BecomesCoro A>
  Task<typename A::Result> create_task(A awaitable, std::string name = {}) {
    return create_task(Coro<typename A::Result>(std::move(awaitable)),
                       std::move(name));
  }

  // What task_group() calls around the body; `error` is what left the body.
  // The Coro throws what is to be thrown, `error` among it, or returns.
  void enter();
  Coro<void> leave(std::exception_ptr error);

 private:
  void check_may_create() const;
  void add(AnyTask task);
  void on_task_done(FutureBase& task);
  void abort();
  Coro<std::exception_ptr> wait_for_tasks(std::exception_ptr cancelled);
  void throw_errors();

  bool entered_ = false;
  bool exiting_ = false;
  bool aborting_ = false;
  bool parent_cancel_requested_ = false;
  AnyTask parent_;
  std::vector<AnyTask> tasks_;
  std::size_t unfinished_ = 0;
  std::vector<std::exception_ptr> errors_;
  std::exception_ptr interrupted_;  // Ctrl-C in one of them
  Future<void> completed_;          // while leave() waits
};

template <class F>
using GroupResult =
    typename std::invoke_result_t<F&, TaskGroup&>::Result;

// Runs a coroutine function with a group: `async with asyncio.TaskGroup()`.
//
//     co_await task_group([&](TaskGroup& group) -> Coro<void> {
//       group.create_task(fetch(first));
//       group.create_task(fetch(second));
//       co_return;
//     });  // both are done here
template <class F>
Coro<GroupResult<F>> task_group(F body) {
  using T = GroupResult<F>;
  TaskGroup group;
  group.enter();
  std::exception_ptr error;
  if constexpr (std::is_void_v<T>) {
    try {
      co_await body(group);
    } catch (...) {
      error = std::current_exception();
    }
    co_await group.leave(std::move(error));
  } else {
    std::optional<T> result;
    try {
      T value = co_await body(group);
      result.emplace(std::move(value));
    } catch (...) {
      error = std::current_exception();
    }
    co_await group.leave(std::move(error));
    co_return std::move(*result);
  }
}

}  // namespace asyncio
