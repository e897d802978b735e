#include "09-futures/future_base.hpp"

#include <stdexcept>

#include "common/interrupt.hpp"

namespace asyncio {

void DoneNode::run() {
  struct Deleter {
    DoneNode* node;
    ~Deleter() { delete node; }
  } deleter{this};
  ContextScope scope(context_);
  try {
    call();
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    future_->loop().call_exception_handler(
        {"Exception in callback", describe(), std::current_exception()});
  }
}

FutureBase::~FutureBase() {
  report_unretrieved("Future", "");
  drop_waiters();
}

void FutureBase::drop_waiters() noexcept {
  Waiter first = std::exchange(first_waiter_, {});
  std::vector<Waiter> more = std::exchange(more_waiters_, {});
  if (first.callback) first.callback->drop();
  for (Waiter& waiter : more) waiter.callback->drop();
}

void FutureBase::report_unretrieved(const char* kind,
                                    const std::string& name) noexcept {
  if (!std::exchange(unretrieved_, false)) return;
  EventLoop::report_if_alive(
      &loop_, {std::string(kind) + " exception was never retrieved", name,
               exception_});
}

bool FutureBase::cancel(const std::string& message) {
  mark_retrieved();  // who cancels wants nothing of it any more
  if (done()) return false;
  cancel_message_ = message;
  finish(State::kCancelled);
  return true;
}

void FutureBase::cancel_once(const std::string& message) {
  message_once_ = true;
  FutureBase::cancel(message);
}

void FutureBase::throw_cancelled() {
  CancelledError error(cancel_message_);
  if (message_once_) cancel_message_.clear();
  throw error;
}

std::exception_ptr FutureBase::exception() {
  if (cancelled()) throw_cancelled();
  if (!done()) throw InvalidStateError("Exception is not set.");
  mark_retrieved();
  return exception_;
}

void FutureBase::check_value() {
  if (cancelled()) throw_cancelled();
  if (!done()) throw InvalidStateError("Result is not set.");
  mark_retrieved();
  if (exception_) std::rethrow_exception(exception_);
}

void FutureBase::check_settable(const char* operation) {
  if (as_task()) {
    throw std::runtime_error("Task does not support " +
                             std::string(operation) + " operation");
  }
  if (done()) {
    throw InvalidStateError(std::string(operation) + ": " +
                            describe_future() + " is done already");
  }
}

void FutureBase::set_exception(std::exception_ptr error) {
  check_settable("set_exception");
  if (!error) throw std::invalid_argument("set_exception: no exception");
  finish_with_error(std::move(error));
}

void FutureBase::finish_with_error(std::exception_ptr error) {
  exception_ = std::move(error);
  unretrieved_ = true;
  finish(State::kFinished);
}

void FutureBase::finish(State state) {
  state_ = state;
  if (!first_waiter_.callback) return;
  // The loop will not run again: nobody will be told.
  if (loop_.is_closed()) return drop_waiters();
  // Taken out first: nobody is to find them while they are scheduled.
  schedule(std::exchange(first_waiter_, {}));
  for (Waiter& waiter : std::exchange(more_waiters_, {})) schedule(waiter);
}

void FutureBase::schedule(Waiter waiter) {
  if (waiter.node) waiter.node->future_ = Ref<FutureBase>(this);
  loop_.schedule(*waiter.callback);
}

void FutureBase::add(Waiter waiter) {
  if (done()) {
    if (loop_.is_closed()) return waiter.callback->drop();
    return schedule(waiter);
  }
  if (!first_waiter_.callback) {
    first_waiter_ = waiter;
  } else {
    more_waiters_.push_back(waiter);
  }
}

void FutureBase::add_waiter(Callback& callback) { add({&callback, nullptr}); }

std::uint64_t FutureBase::add_done_node(DoneNode* node) {
  static constinit thread_local std::uint64_t last_id = 0;
  node->id_ = ++last_id;
  add({node, node});
  return last_id;
}

template <class Predicate>
bool FutureBase::remove_if(Predicate predicate) noexcept {
  if (first_waiter_.callback && predicate(first_waiter_)) {
    first_waiter_ = {};
    if (!more_waiters_.empty()) {
      first_waiter_ = more_waiters_.front();
      more_waiters_.erase(more_waiters_.begin());
    }
    return true;
  }
  return std::erase_if(more_waiters_, predicate) > 0;
}

bool FutureBase::remove_waiter(Callback& callback) noexcept {
  return remove_if([&](const Waiter& w) { return w.callback == &callback; });
}

bool FutureBase::remove_done_node(std::uint64_t id) noexcept {
  DoneNode* found = nullptr;
  remove_if([&](const Waiter& w) {
    bool match = w.node && w.node->id_ == id;
    if (match) found = w.node;
    return match;
  });
  delete found;
  return found != nullptr;
}

void FutureBase::check_awaitable_by(const Driver& driver) const {
  if (&driver.loop() != &loop_) {
    throw std::runtime_error(describe_future() +
                             " is attached to a different loop");
  }
  if (is_driven_by(driver)) {
    throw std::runtime_error("Task cannot await on itself: " +
                             describe_future());
  }
}

void throw_empty_future() {
  throw InvalidStateError("await: the Future is empty");
}

}  // namespace asyncio
