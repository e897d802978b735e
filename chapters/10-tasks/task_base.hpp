#pragma once

#include <cstdint>
#include <cstdio>
#include <source_location>
#include <string>
#include <vector>

#include "05-callbacks/context.hpp"
#include "08-coroutines/coro.hpp"
#include "09-futures/future_base.hpp"

namespace asyncio {

class TaskRegistry;

// A TaskBase is what makes a future a task: it drives a coroutine, one step
// each time the loop runs it, and completes its future when the coroutine
// ends. It follows CPython's Task, in tasks.py: run() is __step, and what
// wakes it is __wakeup.
//
// A task runs in a context of its own: it begins with a copy of its
// creator's, and what it sets there, the creator does not see.
//
// Ownership: the registry holds the task from its making until it is done;
// after that, whoever holds a handle. Thread: the loop's.
class TaskBase : public Driver {
 public:
  void run() final;
  std::string describe() const final { return get_name(); }

  FutureBase& future() const noexcept { return future_; }

  // "Task-N", unless it was given another.
  std::string get_name() const;
  void set_name(std::string name) { name_ = std::move(name); }

  // Asks the task to end: CancelledError is thrown at the await where it
  // waits, or, if it does not wait, at the next one. If it waits for a task,
  // that one is asked, and so on. False if it is done.
  bool request_cancel(const std::string& message);

  // How many requests to cancel are not taken back, and takes one back; when
  // none is left, one that was not delivered yet is forgotten.
  int cancelling() const noexcept { return cancel_requests_; }
  int uncancel() noexcept;

  // Where it waits: the line of each co_await, the outermost coroutine
  // first. Empty before it starts and when it is done; while it runs, only
  // the outermost is known.
  std::vector<std::source_location> get_stack() const;
  void print_stack(std::FILE* file) const;

  // What it runs in: get_context(). Empty while it runs: then that is the
  // thread's own.
  Context& context() noexcept { return context_; }

  // The coroutine it drives; null when it is done.
  virtual std::coroutine_handle<> get_coro() const noexcept = 0;

 protected:
  explicit TaskBase(FutureBase& future);
  ~TaskBase();

  // Puts the task in the registry and schedules its first step.
  void begin(std::coroutine_handle<> coro, PromiseBase& promise);

  // The coroutine has ended, or shall never start: completes the future.
  virtual void complete() = 0;
  virtual void complete_unstarted() = 0;
  virtual void destroy_coro() noexcept = 0;

  void throw_interrupt() final;
  const std::string& cancel_message() const noexcept {
    return cancel_message_;
  }

 private:
  friend class TaskRegistry;

  bool may_be_cancelled() noexcept;
  TaskBase* awaited_task() const noexcept;
  void cancel_here(const std::string& message);
  void break_ring(const std::string& message);
  void step();
  void run_unstarted();
  void run_finished();
  void leave_registry() noexcept;
  void abandon() noexcept;

  bool started_ = false;  // first: what each step reads stands together
  bool registered_ = false;
  FutureBase& future_;
  TaskRegistry& registry_;
  Context context_ = Context::current();
  PromiseBase* outermost_ = nullptr;
  TaskBase* asker_ = nullptr;  // while a cancel goes down a chain of tasks
  TaskBase* previous_ = nullptr;  // in the registry's list
  TaskBase* next_ = nullptr;
  std::string name_;
  std::string cancel_message_;
  std::uint64_t number_;
  int cancel_requests_ = 0;
};

// A TaskRegistry is a loop's service that knows its tasks: it keeps each
// alive until it is done, and knows which one runs.
class TaskRegistry {
 public:
  explicit TaskRegistry(EventLoop&) {}
  // Destroys what is left, coroutines and all: a loop that is closed with
  // tasks pending, as CPython's "Task was destroyed but it is pending!".
  ~TaskRegistry();

  TaskBase* current() const noexcept { return current_; }
  std::vector<TaskBase*> all() const;

 private:
  friend class TaskBase;
  void add(TaskBase& task) noexcept;
  void remove(TaskBase& task) noexcept;

  TaskBase* first_ = nullptr;
  TaskBase* current_ = nullptr;
};

}  // namespace asyncio
