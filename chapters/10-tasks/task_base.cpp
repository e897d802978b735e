#include "10-tasks/task_base.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace asyncio {

namespace {
// Names count through all loops of the process, as CPython's do.
constinit std::atomic<std::uint64_t> last_number{0};
}  // namespace

TaskBase::TaskBase(FutureBase& future)
    : Driver(future.loop()),
      future_(future),
      registry_(future.loop().service<TaskRegistry>()),
      number_(last_number.fetch_add(1, std::memory_order_relaxed) + 1) {}

TaskBase::~TaskBase() { destroy_chain(); }

std::string TaskBase::get_name() const {
  return name_.empty() ? "Task-" + std::to_string(number_) : name_;
}

void TaskBase::begin(std::coroutine_handle<> coro, PromiseBase& promise) {
  outermost_ = &promise;
  wake();  // first: it throws if the loop is closed
  start(coro, promise);
  registry_.add(*this);
}

void TaskBase::run() {
  struct Current {
    TaskRegistry& registry;
    ~Current() { registry.current_ = nullptr; }
  } current{registry_};
  registry_.current_ = this;
  if (interrupted() && !started_) [[unlikely]] return run_unstarted();
  started_ = true;
  step();
  if (!suspended()) [[unlikely]] return run_finished();
  // It cancelled itself and then waited: that wait is cancelled.
  if (interrupted() && wait() && wait()->cancel(cancel_message_)) {
    clear_interrupt();
  }
}

void TaskBase::step() {
  ContextScope scope(context_);
  resume();
}

// Cancelled before its first step: the body never runs.
void TaskBase::run_unstarted() {
  clear_interrupt();
  complete_unstarted();
  leave_registry();
}

void TaskBase::run_finished() {
  if (get_coro()) return;  // it awaits a stranger, who may resume it
  struct Leave {
    TaskBase& task;
    ~Leave() { task.leave_registry(); }
  } leave{*this};  // also when Ctrl-C leaves complete()
  complete();
}

// Each task asks the one that it waits for. They may be a million, so this is
// a loop, and only the last of them asks something else. They may also be a
// ring: so each is marked, meanwhile, by who asked it (the first, by itself).
bool TaskBase::request_cancel(const std::string& message) {
  if (!may_be_cancelled()) return false;
  if (asker_) {  // and what it waits for asks it once more
    break_ring(message);
    return true;
  }
  struct Chain {
    TaskBase* last;
    ~Chain() {
      for (TaskBase* task = nullptr; task != last;) {
        task = last;
        last = std::exchange(task->asker_, nullptr);
      }
    }
  } chain{this};
  TaskBase* asker = this;
  for (TaskBase* task = this; task; task = task->awaited_task()) {
    if (task->asker_ || !task->may_be_cancelled()) break;
    ++task->cancel_requests_;
    task->asker_ = std::exchange(asker, task);
    chain.last = task;
  }
  chain.last->cancel_here(message);
  return true;
}

bool TaskBase::may_be_cancelled() noexcept {
  future_.mark_retrieved();  // as FutureBase::cancel
  return !future_.done() && !loop().is_closed();
}

TaskBase* TaskBase::awaited_task() const noexcept {
  return wait() ? wait()->as_task() : nullptr;
}

void TaskBase::cancel_here(const std::string& message) {
  if (wait() && wait()->cancel(message)) return;
  set_interrupt();
  cancel_message_ = message;
}

// In a ring each waits for the next, and none would ever be told: this one
// waits no longer. (CPython's cancel() ends in a RecursionError there.)
void TaskBase::break_ring(const std::string& message) {
  if (!wait() || !wait()->forget(*this)) return;
  stop_waiting();
  set_interrupt();
  cancel_message_ = message;
  wake();
}

int TaskBase::uncancel() noexcept {
  if (cancel_requests_ > 0 && --cancel_requests_ == 0) clear_interrupt();
  return cancel_requests_;
}

void TaskBase::throw_interrupt() {
  clear_interrupt();
  throw CancelledError(cancel_message_);
}

std::vector<std::source_location> TaskBase::get_stack() const {
  std::vector<std::source_location> stack;
  if (future_.done() || !started_ || !get_coro()) return stack;
  PromiseBase* at = suspended() ? innermost() : outermost_;
  for (; at; at = at->caller()) {
    stack.push_back(at->where());
  }
  std::reverse(stack.begin(), stack.end());
  return stack;
}

void TaskBase::print_stack(std::FILE* file) const {
  const char* state = !future_.done()       ? "pending"
                      : future_.cancelled() ? "cancelled"
                                            : "finished";
  const auto stack = get_stack();
  std::fprintf(file, "%s for <Task %s name='%s'>%s\n",
               stack.empty() ? "No stack" : "Stack", state,
               get_name().c_str(),
               stack.empty() ? "" : " (most recent call last):");
  for (const std::source_location& at : stack) {
    std::fprintf(file, "  File \"%s\", line %u\n", at.file_name(),
                 static_cast<unsigned>(at.line()));
  }
}

void TaskBase::leave_registry() noexcept {
  if (!std::exchange(registered_, false)) return;
  registry_.remove(*this);
  future_.release();  // may destroy *this
}

// The loop goes, and the task is not done: its frames go too, and whoever
// waits for it will not be told. All of them may hold shares in it.
void TaskBase::abandon() noexcept {
  // Not to the loop's own handler: what that one uses may be gone by now.
  EventLoop::default_exception_handler(
      {"Task was destroyed but it is pending!", get_name(), nullptr});
  Ref<FutureBase> keep(&future_);
  leave_registry();
  destroy_chain();
  destroy_coro();
  future_.drop_waiters();
}

void TaskRegistry::add(TaskBase& task) noexcept {
  task.registered_ = true;
  task.future_.retain();
  task.next_ = first_;
  if (first_) first_->previous_ = &task;
  first_ = &task;
}

void TaskRegistry::remove(TaskBase& task) noexcept {
  (task.previous_ ? task.previous_->next_ : first_) = task.next_;
  if (task.next_) task.next_->previous_ = task.previous_;
  task.previous_ = task.next_ = nullptr;
}

std::vector<TaskBase*> TaskRegistry::all() const {
  std::vector<TaskBase*> tasks;
  for (TaskBase* task = first_; task; task = task->next_) {
    tasks.push_back(task);
  }
  std::reverse(tasks.begin(), tasks.end());  // the oldest first
  return tasks;
}

TaskRegistry::~TaskRegistry() {
  while (first_) first_->abandon();
}

}  // namespace asyncio
