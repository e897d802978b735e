#include "16-threads-and-executors/run_in_executor.hpp"

#include <stdexcept>
#include <thread>

#include "10-tasks/runner.hpp"
#include "12-cancellation/timeout.hpp"

namespace asyncio {

DefaultExecutor::DefaultExecutor(EventLoop& loop) : loop_(loop) {
  loop_.service<ShutdownHooks>().add_last(
      [this] { return shutdown(std::nullopt); });
}

ThreadPoolExecutor& DefaultExecutor::get() {
  if (shut_down_) {
    throw std::runtime_error("Executor shutdown has been called");
  }
  if (!executor_) executor_ = std::make_shared<ThreadPoolExecutor>();
  return *executor_;
}

void DefaultExecutor::set(std::shared_ptr<ThreadPoolExecutor> executor) {
  if (executor_) replaced_.push_back(std::move(executor_));
  executor_ = std::move(executor);
}

namespace {

// Somebody has to wait for the threads, and it cannot be the loop: they may
// need it to come to their end. So one more thread does.
class JoiningThread {
 public:
  using Pointer = std::shared_ptr<ThreadPoolExecutor>;

  JoiningThread(Pointer executor, std::vector<Pointer> replaced,
                EventLoop& loop)
      : arrival_(wrap_future(ended_, loop)) {
    ended_.set_running_or_notify_cancel();  // whoever gives up: it goes on
    thread_ = std::thread(
        [executor = std::move(executor), replaced = std::move(replaced),
         future = ended_]() mutable {
          if (executor) executor->shutdown();
          executor.reset();
          replaced.clear();
          future.set_result();
        });
  }
  ~JoiningThread() {
    if (thread_.joinable()) thread_.join();
  }
  Future<void> ended() const { return arrival_; }
  void leave_behind() { thread_.detach(); }

 private:
  ConcurrentFuture<void> ended_;
  Future<void> arrival_;
  std::thread thread_;
};

}  // namespace

Coro<void> DefaultExecutor::shutdown(std::optional<Duration> timeout) {
  shut_down_ = true;
  if (!executor_ && replaced_.empty()) co_return;
  JoiningThread joining(std::exchange(executor_, nullptr),
                        std::exchange(replaced_, {}), loop_);
  auto body = [&joining]() -> Coro<void> { co_await joining.ended(); };
  try {
    co_await asyncio::timeout(timeout, body);
  } catch (const TimeoutError&) {
    EventLoop::default_exception_handler(
        {"The executor did not finish joining its threads in time", "", {}});
    joining.leave_behind();
  } catch (const CancelledError&) {
    joining.leave_behind();  // nobody waits: the loop least of all
    throw;
  }
}

Coro<void> shutdown_default_executor(EventLoop& loop,
                                     std::optional<Duration> timeout) {
  return loop.service<DefaultExecutor>().shutdown(timeout);
}

}  // namespace asyncio
