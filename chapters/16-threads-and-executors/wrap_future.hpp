#pragma once

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "09-futures/future.hpp"
#include "16-threads-and-executors/concurrent_future.hpp"
#include "16-threads-and-executors/waker.hpp"

namespace asyncio {

// The value of a finished future: a copy, or, if nobody else will look or it
// cannot be copied, the value itself.
template <class T>
T take_value(const ConcurrentFuture<T>& future, bool is_last) {
  if constexpr (std::is_void_v<T>) {
    future.result();
  } else if constexpr (std::is_copy_constructible_v<T>) {
    if (!is_last) return future.result();
    return std::move(future.result());
  } else {
    return std::move(future.result());
  }
}

// An ArrivingState is a loop's future of what a ConcurrentFuture brings. The
// thread that completes that one only posts the arrival; the rest is done in
// the loop's thread. So no count of this state is ever touched by another.
template <class T>
class ArrivingState final : public FutureState<T>, public Arrival {
 public:
  ArrivingState(EventLoop& on, ConcurrentFuture<T> source, bool is_last)
      : FutureState<T>(on), source_(std::move(source)), is_last_(is_last) {
    waker().expect(*this);
    this->retain();  // the waker's share
    // With a pointer: we live until this was posted, or nothing can be.
    source_->add_done_callback(
        [arrival = static_cast<Arrival*>(this),
         mailbox = waker().mailbox()](const ConcurrentFuture<T>&) {
          mailbox->post(*arrival);
        });
  }

  // Cancels the work too, if it has not begun.
  bool cancel(const std::string& message) override {
    if (!FutureBase::cancel(message)) return false;
    if (source_) source_->cancel();
    return true;
  }

  void run() override {
    Ref<ArrivingState> keep(this);
    waker().forget(*this);
    this->release();
    if (!this->done()) complete();
    source_.reset();
  }
  void abandon() noexcept override {
    source_.reset();
    this->release();
  }
  std::string describe() const override { return "arrival"; }

 private:
  Waker& waker() const { return this->loop().template service<Waker>(); }

  void complete() {
    if (source_->cancelled()) {
      FutureBase::cancel({});
    } else if (std::exception_ptr error = source_->exception()) {
      this->set_exception(std::move(error));
    } else if constexpr (std::is_void_v<T>) {
      this->set_result();
    } else {
      set_result_or_error();
    }
  }
  // A copy may fail, and that is the waiter's affair, not the loop's.
  void set_result_or_error() {
    try {
      this->set_result(take_value(*source_, is_last_));
    } catch (...) {
      this->set_exception(std::current_exception());
    }
  }

  std::optional<ConcurrentFuture<T>> source_;  // until it has come
  const bool is_last_;
};

// The loop's future of a ConcurrentFuture: to await what another thread
// brings. asyncio.wrap_future(). It ends as `future` does. Cancelling it
// cancels `future`, which does nothing to work that has begun; then the
// result is dropped when it comes. Without `loop`, the running one.
//
// Thread: the loop's. Throws std::runtime_error if the loop is closed.
template <class T>
Future<T> wrap_future(ConcurrentFuture<T> future, EventLoop& loop,
                      bool is_last = false) {
  if (loop.is_closed()) throw std::runtime_error("Event loop is closed");
  return Future<T>(Ref<FutureState<T>>(
      new ArrivingState<T>(loop, std::move(future), is_last)));
}
template <class T>
Future<T> wrap_future(ConcurrentFuture<T> future) {
  return wrap_future(std::move(future), get_running_loop());
}

}  // namespace asyncio
