// The test says: who was cancelled already, and is still to be awaited?

#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "10-tasks/task.hpp"
#include "11-gather/gather.hpp"
#include "11-gather/wait.hpp"

namespace exercise {

// The tasks of one group. Any of them may start more.
struct Group {
  asyncio::Task<> create_task(asyncio::Coro<> coro) {
    tasks.push_back(asyncio::create_task(std::move(coro)));
    return tasks.back();
  }
  std::vector<asyncio::Task<>> tasks;
};

// Runs `body(group)`, a coroutine that may start tasks in the group. Returns,
// or throws, when all tasks of the group have ended:
//
// - the first error of the body or of a task cancels the other tasks, and is
//   thrown in the end;
// - so does a CancelledError that comes in here from outside;
// - a task that is cancelled by somebody else is no error.
//
// Nobody is cancelled twice. The body is not cancelled when a task fails.
template <class F>
asyncio::Coro<> my_task_group(F body) {
  Group group;
  std::exception_ptr error;
  try {
    co_await body(group);
  } catch (...) {
    error = std::current_exception();
  }
  for (bool cancelled = false;;) {
    std::vector<asyncio::Task<>> left;
    for (const asyncio::Task<>& task : group.tasks) {
      if (!task.done()) left.push_back(task);
    }
    if (left.empty()) break;
    if (error) {  // and so once more, when a second cancellation comes
      cancelled = true;
      for (const asyncio::Task<>& task : left) task.cancel();
    }
    try {
      co_await asyncio::wait(left, cancelled ? asyncio::ALL_COMPLETED
                                             : asyncio::FIRST_EXCEPTION);
    } catch (const asyncio::CancelledError&) {
      if (!error) error = std::current_exception();
    }
    for (const asyncio::Task<>& task : group.tasks) {
      if (error || !task.done() || task.cancelled()) continue;
      error = task.exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace exercise
