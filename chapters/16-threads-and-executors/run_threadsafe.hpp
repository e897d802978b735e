#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "10-tasks/task.hpp"
#include "16-threads-and-executors/concurrent_future.hpp"
#include "16-threads-and-executors/waker.hpp"

namespace asyncio {

// A ThreadsafeRun is a task that a plain thread asked for, in the loop's
// thread: it hands the result over, and takes a cancellation in.
//
// Both may happen at once, in two threads. The future's mutex decides: once
// it is running nobody can cancel it, so nothing will be posted here; and if
// it was cancelled first, that has been posted, or will be, and we stay until
// it comes.
template <class T>
class ThreadsafeRun final : public Arrival {
 public:
  template <class Make>
  static void start(EventLoop& loop, Make& make, ConcurrentFuture<T> future) {
    if (future.cancelled()) return;
    new ThreadsafeRun(Task<T>(loop, make()), std::move(future));
  }

  // The future was cancelled.
  void run() override {
    cancel_came_ = true;
    if (task_.done()) return finish();
    task_.cancel();
  }
  void abandon() noexcept override {
    task_.remove_done_callback(callback_);
    if (!task_.done() || task_.cancelled()) {
      future_.cancel();  // somebody may be waiting for it
    } else if (future_.set_running_or_notify_cancel()) {
      hand_over(task_);
    }
    delete this;
  }
  std::string describe() const override { return "cancel"; }

 private:
  ThreadsafeRun(Task<T> task, ConcurrentFuture<T> future)
      : task_(std::move(task)), future_(std::move(future)) {
    waker().expect(*this);
    callback_ = task_.add_done_callback(
        [this](const Future<T>& done) { task_ended(done); });
    future_.add_done_callback(
        [arrival = static_cast<Arrival*>(this),
         mailbox = waker().mailbox()](const ConcurrentFuture<T>& done) {
          if (done.cancelled()) mailbox->post(*arrival);
        });
  }

  void task_ended(const Future<T>& done) {
    if (done.cancelled()) future_.cancel();
    if (future_.set_running_or_notify_cancel()) {
      hand_over(done);
      finish();
    } else {
      done.state()->mark_retrieved();
      if (cancel_came_) finish();
    }
  }

  void hand_over(const Future<T>& done) noexcept {
    try {
      if constexpr (std::is_void_v<T>) {
        done.result();
        future_.set_result();
      } else {
        future_.set_result(take_result(*done.state()));
      }
    } catch (...) {
      future_.set_exception(std::current_exception());
    }
  }

  void finish() {
    waker().forget(*this);
    delete this;
  }
  Waker& waker() const { return task_.get_loop().template service<Waker>(); }

  Task<T> task_;
  ConcurrentFuture<T> future_;
  std::uint64_t callback_ = 0;
  bool cancel_came_ = false;
};

// On its way to the loop: what makes the coroutine. If the loop closes first,
// whoever waits is told.
template <class T, class Make>
class ThreadsafeStart {
 public:
  ThreadsafeStart(EventLoop& loop, Make make, ConcurrentFuture<T> future)
      : loop_(loop), make_(std::move(make)), future_(std::move(future)) {}
  ThreadsafeStart(ThreadsafeStart&& other) noexcept
      : loop_(other.loop_), make_(std::move(other.make_)),
        future_(std::exchange(other.future_, std::nullopt)) {}
  ~ThreadsafeStart() {
    if (future_) future_->cancel();
  }
  void operator()() {
    const ConcurrentFuture<T> future = *std::exchange(future_, std::nullopt);
    try {
      ThreadsafeRun<T>::start(loop_, make_, future);
    } catch (...) {
      if (future.set_running_or_notify_cancel()) {
        future.set_exception(std::current_exception());
      }
      throw;  // the loop hears of it too
    }
  }

 private:
  EventLoop& loop_;
  Make make_;
  std::optional<ConcurrentFuture<T>> future_;
};

// Has `loop` run a coroutine as a task, and gives a future on which a plain
// thread can wait. asyncio.run_coroutine_threadsafe(). Cancelling the future
// cancels the task. If the loop is closed before the task has ended, the
// future is cancelled: nobody waits for ever.
//
// It takes a function, too, that gives the coroutine: that one is called in
// the loop's thread. So the frame is allocated where it is freed, and the
// frame pool can use it again: better for a thread that feeds a loop for
// long.
//
// Thread: any but the loop's, which would wait for itself. Throws
// std::runtime_error if the loop is closed.
template <std::invocable Make>
auto run_coroutine_threadsafe(Make make, EventLoop& loop) {
  using T = typename std::invoke_result_t<Make&>::Result;
  ConcurrentFuture<T> future;
  call_soon_threadsafe(
      loop, ThreadsafeStart<T, Make>(loop, std::move(make), future));
  return future;
}
template <class T>
ConcurrentFuture<T> run_coroutine_threadsafe(Coro<T> coro, EventLoop& loop) {
  return run_coroutine_threadsafe(
      [coro = std::move(coro)]() mutable { return std::move(coro); }, loop);
}

}  // namespace asyncio
