#include "12-cancellation/task_group.hpp"

#include "12-cancellation/timeout.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

namespace {

bool is_interrupted(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const Interrupted&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::string group_message(const std::string& message, std::size_t count) {
  return message + " (" + std::to_string(count) +
         (count == 1 ? " sub-exception)" : " sub-exceptions)");
}

}  // namespace

ExceptionGroup::ExceptionGroup(const std::string& message,
                               std::vector<std::exception_ptr> exceptions)
    : std::runtime_error(group_message(message, exceptions.size())),
      exceptions_(std::move(exceptions)) {}

void TaskGroup::enter() {
  if (entered_) {
    throw std::runtime_error("TaskGroup has already been entered");
  }
  parent_ = current_task();
  if (!parent_) {
    throw std::runtime_error("TaskGroup cannot determine the parent task");
  }
  entered_ = true;
}

void TaskGroup::check_may_create() const {
  if (!entered_) throw std::runtime_error("TaskGroup has not been entered");
  if (exiting_ && unfinished_ == 0) {
    throw std::runtime_error("TaskGroup is finished");
  }
  if (aborting_) throw std::runtime_error("TaskGroup is shutting down");
}

void TaskGroup::add(AnyTask task) {
  // Forgets those that are done, when they are most of the list.
  if (tasks_.size() > 2 * unfinished_ + 16) {
    std::erase_if(tasks_, [](const AnyTask& t) { return t.done(); });
  }
  tasks_.push_back(std::move(task));
  ++unfinished_;
}

void TaskGroup::abort() {
  aborting_ = true;
  for (AnyTask& task : tasks_) {
    if (!task.done()) task.cancel();
  }
}

void TaskGroup::on_task_done(FutureBase& task) {
  if (--unfinished_ == 0 && completed_ && !completed_.done()) {
    completed_.set_result();
  }
  if (task.cancelled()) return;
  std::exception_ptr error = task.exception();
  if (!error) return;
  errors_.push_back(error);
  if (!interrupted_ && is_interrupted(error)) interrupted_ = error;
  if (!aborting_ && !parent_cancel_requested_) {
    // The body may be waiting for something: it is cancelled too. leave()
    // takes the request back, so that nobody outside sees it.
    abort();
    parent_cancel_requested_ = true;
    parent_.cancel();
  }
}

// Returns the CancelledError that is to go on, given the one so far.
Coro<std::exception_ptr> TaskGroup::wait_for_tasks(
    std::exception_ptr cancelled) {
  // The wait may be cancelled, more than once; the tasks are still awaited.
  while (unfinished_ > 0) {
    completed_ = create_future<void>();
    try {
      co_await completed_;
    } catch (const CancelledError&) {
      if (!aborting_) {
        cancelled = std::current_exception();
        abort();
      }
    }
  }
  completed_ = {};
  co_return cancelled;
}

Coro<void> TaskGroup::leave(std::exception_ptr error) {
  exiting_ = true;
  bool body_cancelled = error && is_cancelled_error(error);
  if (error && !interrupted_ && is_interrupted(error)) interrupted_ = error;
  if (error && !aborting_) abort();
  std::exception_ptr cancelled = body_cancelled ? error : nullptr;
  cancelled = co_await wait_for_tasks(std::move(cancelled));
  if (interrupted_) std::rethrow_exception(interrupted_);
  // The request that on_task_done() made; if it was the only one, there is
  // no cancellation to go on.
  if (parent_cancel_requested_ && parent_.uncancel() == 0) cancelled = {};
  if (cancelled && errors_.empty()) std::rethrow_exception(cancelled);
  if (error && !body_cancelled) errors_.push_back(error);
  throw_errors();
  if (error) std::rethrow_exception(error);
}

void TaskGroup::throw_errors() {
  if (errors_.empty()) return;
  if (parent_.cancelling() > 0) {
    // Somebody outside has cancelled the parent, and an error goes first:
    // the parent finds the cancellation at its next await.
    parent_.uncancel();
    parent_.cancel();
  }
  throw ExceptionGroup("unhandled errors in a TaskGroup",
                       std::exchange(errors_, {}));
}

}  // namespace asyncio
