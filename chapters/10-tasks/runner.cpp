#include "10-tasks/runner.hpp"

#include <signal.h>

#include <thread>

#include "common/interrupt.hpp"

namespace asyncio {

struct Runner::CancelOnInterrupt::Impl {
  Interrupt interrupt;  // replaces the default handler of SIGINT
  bool came = false;         // and has cancelled the task
};

namespace {

// Static objects are made in the main thread. Only a loop there listens for
// Ctrl-C, which is one for the whole program.
const std::thread::id main_thread = std::this_thread::get_id();

bool may_handle_interrupt() {
  struct sigaction action;
  return std::this_thread::get_id() == main_thread &&
         sigaction(SIGINT, nullptr, &action) == 0 &&
         action.sa_handler == SIG_DFL;
}

// Ends run_forever() once a future is done.
class StopLoop final : public DoneNode {
 public:
  explicit StopLoop(EventLoop& loop) noexcept : loop_(loop) {}

 private:
  void call() override { loop_.stop(); }
  EventLoop& loop_;
};

// Runs the loop until `task` is done, whoever stops it before.
void run_until_done(EventLoop& loop, const AnyTask& task) {
  while (!task.done()) {
    auto id = task.future().add_done_node(new StopLoop(loop));
    loop.run_forever();
    task.future().remove_done_node(id);
  }
}

}  // namespace

Runner::CancelOnInterrupt::CancelOnInterrupt(AnyTask task)
    : task_(std::move(task)) {
  if (!may_handle_interrupt()) return;
  impl_ = std::make_unique<Impl>();
  EventLoop& loop = task_.future().loop();
  loop.add_reader(impl_->interrupt.fd(), [this, &loop] {
    loop.remove_reader(impl_->interrupt.fd());
    impl_->came = task_.cancel();
  });
}

Runner::CancelOnInterrupt::~CancelOnInterrupt() {
  if (impl_) task_.future().loop().remove_reader(impl_->interrupt.fd());
}

void Runner::CancelOnInterrupt::rethrow_as_interrupted() {
  if (impl_ && impl_->came && task_.uncancel() == 0) throw Interrupted();
}

Runner::Runner(std::optional<bool> debug)
    : loop_(std::make_unique<EventLoop>()) {
  if (debug) loop_->set_debug(*debug);
}

Runner::Runner(EventLoop::Options options)
    : loop_(std::make_unique<EventLoop>(std::move(options))) {}

Runner::~Runner() {
  try {
    close();
  } catch (const std::exception& error) {
    EventLoop::default_exception_handler(
        {"Exception while closing a Runner", "", std::current_exception()});
  } catch (...) {
    // Ctrl-C once more: the loop is destroyed as it stands.
  }
}

void Runner::check_may_run() const {
  if (loop_->is_closed()) throw std::runtime_error("Runner is closed");
  if (get_running_loop_or_null()) {
    throw std::runtime_error(
        "Runner.run() cannot be called from a running event loop");
  }
}

void Runner::close() {
  if (loop_->is_closed()) return;
  cancel_all_tasks();
  for (auto& hook : loop_->service<ShutdownHooks>().take()) {
    Task<void> task(*loop_, hook());
    run_until_done(*loop_, task);
    task.result();
  }
  loop_->close();
}

// Cancels every task, waits until each has ended, and reports their errors.
void Runner::cancel_all_tasks() {
  std::vector<AnyTask> tasks = all_tasks(*loop_);
  for (AnyTask& task : tasks) task.cancel();
  for (AnyTask& task : tasks) {
    run_until_done(*loop_, task);
    if (task.cancelled()) continue;
    if (std::exception_ptr error = task.exception()) {
      loop_->call_exception_handler(
          {"unhandled exception during asyncio.run() shutdown:",
           task.get_name(), error});
    }
  }
}

}  // namespace asyncio
