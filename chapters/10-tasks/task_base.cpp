#include "10-tasks/task_base.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace asyncio {

namespace {

// Names count through all loops of the process, as CPython's do. Each thread
// takes a block of numbers at a time, since an atomic addition would be a
// tenth of the making of a task.
std::uint64_t next_number() {
  constexpr std::uint64_t block = 10'000;
  static constinit std::atomic<std::uint64_t> taken{0};
  static constinit thread_local std::uint64_t last = 0;
  if (last % block == 0) last = taken.fetch_add(block);
  return ++last;
}

}  // namespace

TaskBase::TaskBase(EventLoop& loop, FutureBase& future)
    : Driver(loop),
      future_(future),
      registry_(loop.service<TaskRegistry>()),
      number_(next_number()) {}

TaskBase::~TaskBase() = default;

std::string TaskBase::get_name() const {
  const std::string& name = name_.get();
  return name.empty() ? "Task-" + std::to_string(number_) : name;
}

void TaskBase::begin(std::coroutine_handle<> coro, PromiseBase& promise) {
  outermost_ = &promise;
  wake();  // first: it throws if the loop is closed
  start(coro, promise);
  registry_.add(*this);
}

void TaskBase::run() {
  struct Current {
    ~Current() { TaskRegistry::current_ = nullptr; }
  } current;
  TaskRegistry::current_ = this;
  if (interrupted() && !started_) [[unlikely]] return run_unstarted();
  started_ = true;
  {
    ContextScope scope(context_);
    resume();
  }
  if (!suspended()) [[unlikely]] return run_finished();
  // It cancelled itself and then waited: that wait is cancelled.
  if (interrupted() && wait() && wait()->cancel(cancel_message())) {
    clear_interrupt();
  }
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
  cancel_message_.set(message);
}

// In a ring each waits for the next, and none would ever be told: this one
// waits no longer. (CPython's cancel() ends in a RecursionError there.)
void TaskBase::break_ring(const std::string& message) {
  if (!wait() || !wait()->forget(*this)) return;
  stop_waiting();
  set_interrupt();
  cancel_message_.set(message);
  wake();
}

int TaskBase::uncancel() noexcept {
  if (cancel_requests_ > 0 && --cancel_requests_ == 0) clear_interrupt();
  return cancel_requests_;
}

void TaskBase::throw_interrupt() {
  clear_interrupt();
  throw CancelledError(cancel_message());
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
