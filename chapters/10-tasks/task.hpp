#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "09-futures/future.hpp"
#include "10-tasks/task_base.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

// The state of a task that gives a T: a future, and what completes it.
template <class T>
class TaskState final : public TaskBase, public FutureState<T> {
 public:
  TaskState(EventLoop& on, Coro<T>&& coro)
      : TaskBase(on, static_cast<FutureBase&>(*this)),
        FutureState<T>(on),
        coro_(std::move(coro)) {
    if (!coro_ || coro_.promise().started()) throw_awaited_twice(bool(coro_));
    begin(coro_.handle_erased(), coro_.promise());
  }

  using FutureBase::loop;
  bool cancel(const std::string& message) override {
    return request_cancel(message);
  }
  TaskBase* as_task() noexcept override { return this; }
  std::string describe_future() const override { return get_name(); }
  std::coroutine_handle<> get_coro() const noexcept override {
    return coro_ ? coro_.handle_erased() : nullptr;
  }

 private:
  ~TaskState() override {
    if (this->unretrieved()) report();
    destroy_chain();
  }

  void report() noexcept {
    ContextScope scope(context());
    this->report_unretrieved("Task", get_name());
  }

  bool is_driven_by(const Driver& driver) const override {
    return &driver == static_cast<const Driver*>(this);
  }

  void complete() override {
    try {
      if constexpr (std::is_void_v<T>) {
        coro_.take_result();
        destroy_coro();
        if (cancelled_at_the_end()) return;
        this->finish_with_value();
      } else {
        T value = coro_.take_result();
        destroy_coro();
        if (cancelled_at_the_end()) return;
        this->finish_with(std::move(value));
      }
    } catch (...) {
      destroy_coro();
      complete_with_error();
    }
  }

  // Called in a catch block.
  void complete_with_error() {
    try {
      throw;
    } catch (const CancelledError& error) {
      this->cancel_once(error.message());
    } catch (const Interrupted&) {
      this->finish_with_error(std::current_exception());
      throw;  // Ctrl-C ends run_forever() too
    } catch (...) {
      this->finish_with_error(std::current_exception());
    }
  }

  void complete_unstarted() override {
    destroy_coro();
    this->cancel_once(cancel_message());
  }

  // Cancelled in its very last step, after the last await.
  bool cancelled_at_the_end() {
    return interrupted() && FutureBase::cancel(cancel_message());
  }

  void destroy_coro() noexcept override {
    destroy_chain();
    coro_.reset();
  }

  Coro<T> coro_;
};

// A Task<T> is a coroutine that the loop runs, and the future of its result:
// asyncio.Task. It is a Future without set_result and set_exception, also
// when it is handled as a Future: then they throw std::runtime_error. It
// begins in the loop's next iteration, and runs on whether or not anybody
// holds a handle.
template <class T = void>
class Task : public Future<T> {
 public:
  Task() = default;
  Task(EventLoop& loop, Coro<T>&& coro)
      : Future<T>(Ref<FutureState<T>>(
            new TaskState<T>(loop, std::move(coro)))) {}

  template <class... V>
  void set_result(V&&...) const = delete;
  template <class E>
  void set_exception(E) const = delete;

  std::string get_name() const { return task().get_name(); }
  void set_name(const std::string& name) const { task().set_name(name); }
  int cancelling() const { return task().cancelling(); }
  int uncancel() const { return task().uncancel(); }
  std::coroutine_handle<> get_coro() const { return task().get_coro(); }
  std::vector<std::source_location> get_stack() const {
    return task().get_stack();
  }
  void print_stack(std::FILE* file = stderr) const {
    task().print_stack(file);
  }

  // What every task has in common. REQUIRES: not empty
  TaskBase& task() const noexcept {
    return static_cast<TaskState<T>&>(*this->state());
  }
};

// An AnyTask is a handle to a task whose type is not known: what
// current_task() and all_tasks() give. Empty when there is none.
class AnyTask {
 public:
  AnyTask() = default;
  explicit AnyTask(TaskBase* task) noexcept
      : future_(task ? &task->future() : nullptr), task_(task) {}
  template <class T>
  AnyTask(const Task<T>& task) noexcept : AnyTask(&task.task()) {}

  explicit operator bool() const noexcept { return task_ != nullptr; }
  bool done() const { return future_->done(); }
  bool cancelled() const { return future_->cancelled(); }
  bool cancel(const std::string& message = {}) const {
    return future_->cancel(message);
  }
  std::exception_ptr exception() const { return future_->exception(); }
  std::string get_name() const { return task_->get_name(); }
  void set_name(const std::string& name) const { task_->set_name(name); }
  int cancelling() const { return task_->cancelling(); }
  int uncancel() const { return task_->uncancel(); }
  // Forgets a cancel that was not delivered yet.
  void forget_cancel() const { task_->clear_interrupt(); }
  std::vector<std::source_location> get_stack() const {
    return task_->get_stack();
  }
  void print_stack(std::FILE* file = stderr) const {
    task_->print_stack(file);
  }
  FutureBase& future() const noexcept { return *future_; }
  friend bool operator==(const AnyTask&, const AnyTask&) = default;

 private:
  Ref<FutureBase> future_;
  TaskBase* task_ = nullptr;
};

// Schedules a coroutine on the running loop. Throws std::runtime_error("no
// running event loop") outside of one.
template <class T>
Task<T> create_task(Coro<T>&& coro) {
  return Task<T>(get_running_loop(), std::move(coro));
}
template <class T>
Task<T> create_task(Coro<T>&& coro, const std::string& name) {
  Task<T> task = create_task(std::move(coro));
  task.set_name(name);
  return task;
}

// What is awaited without a frame of its own, and can be given one: sleep()
// and some of the socket calls. It says what it results in.
template <class A>
concept BecomesCoro = requires { typename A::Result; } &&
                      std::is_convertible_v<A, Coro<typename A::Result>>;

template <BecomesCoro A>
Task<typename A::Result> create_task(A awaitable, std::string name = {}) {
  return create_task(Coro<typename A::Result>(std::move(awaitable)),
                     std::move(name));
}

// The task that runs in this thread; empty in a plain callback. Throws
// std::runtime_error outside of a running loop.
AnyTask current_task();

// The tasks that are not done, of the running loop or of the one given.
std::vector<AnyTask> all_tasks();
std::vector<AnyTask> all_tasks(EventLoop& loop);

// What has not begun becomes a Task; a Future (or Task) passes through.
template <class T>
Task<T> ensure_future(Coro<T>&& coro) {
  return create_task(std::move(coro));
}
template <BecomesCoro A>
Task<typename A::Result> ensure_future(A awaitable) {
  return create_task(std::move(awaitable));
}
template <class T>
Future<T> ensure_future(Future<T> future) {
  return future;
}
template <class T>
Task<T> ensure_future(Task<T> task) {
  return task;
}

}  // namespace asyncio
