#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "05-callbacks/context.hpp"
#include "08-coroutines/driver.hpp"
#include "08-coroutines/frame_pool.hpp"
#include "09-futures/exceptions.hpp"
#include "common/ref.hpp"

namespace asyncio {

class FutureBase;

// A DoneNode is a function given to add_done_callback. The future owns it
// until it is scheduled, then the loop does, and it holds the future. It runs
// in the context of who added it.
class DoneNode : public Callback {
 public:
  virtual ~DoneNode() = default;
  void run() final;
  void drop() noexcept final { delete this; }
  std::string describe() const override { return "done callback"; }

 protected:
  virtual void call() = 0;

 private:
  friend class FutureBase;
  std::uint64_t id_ = 0;
  Context context_ = Context::current();
  Ref<FutureBase> future_;  // set when it is scheduled
};

// A FutureBase is a future without its value: the state, the error, and who
// is to be told when it is done. It follows CPython's Future, in futures.py.
//
// Whoever is told is told through the loop: completing a future calls
// nobody, it only puts callbacks in the loop's queue.
//
// Ownership: shared, by Ref. Thread: the loop's. The loop must outlive every
// completion of the future.
class FutureBase : public RefCounted, public Wait, public Pooled {
 public:
  explicit FutureBase(EventLoop& loop) noexcept : loop_(loop) {}

  EventLoop& loop() const noexcept { return loop_; }
  bool done() const noexcept { return state_ != State::kPending; }
  bool cancelled() const noexcept { return state_ == State::kCancelled; }

  // Cancels the future and schedules its callbacks. False if it is done.
  bool cancel(const std::string& message) override;

  // The error that it ended with; empty if it ended with a value. Throws
  // CancelledError or, when it is not done, InvalidStateError.
  std::exception_ptr exception();

  // Throws InvalidStateError if it is done, std::invalid_argument if `error`
  // is empty, std::runtime_error if it is a task.
  void set_exception(std::exception_ptr error);

  // Schedules `callback` when the future is done, at once if it is already.
  // Not owned: see Callback. If the future dies first, it is dropped.
  void add_waiter(Callback& callback);
  bool remove_waiter(Callback& callback) noexcept;
  bool forget(Driver& driver) noexcept override {
    return remove_waiter(driver);
  }

  // Nobody will be told: drops the callbacks. For a loop that ends.
  void drop_waiters() noexcept;

  // The same for a DoneNode, which it takes over. The id serves to remove it.
  std::uint64_t add_done_node(DoneNode* node);
  bool remove_done_node(std::uint64_t id) noexcept;

  // Throws std::runtime_error if `driver` may not wait for this: it runs on
  // another loop, or is this very task.
  void check_awaitable_by(const Driver& driver) const;

  // Nobody needs to be told of the error any more.
  void mark_retrieved() noexcept { unretrieved_ = false; }

  // "Task-1", or "Future".
  virtual std::string describe_future() const { return "Future"; }

 protected:
  ~FutureBase() override;

  // Throws, if there is no value: CancelledError, the error, or
  // InvalidStateError.
  void check_value();
  // Throws if `operation` may not complete it, or not any more.
  void check_settable(const char* operation);
  void finish_with_value() { finish(State::kFinished); }
  void finish_with_error(std::exception_ptr error);

  // Has an error that nobody has looked at.
  bool unretrieved() const noexcept { return unretrieved_; }
  // Reports such an error; `kind` is "Task" or "Future".
  void report_unretrieved(const char* kind, const std::string& name) noexcept;

  // As cancel(), but the message is only for the first who looks, as it is
  // when a CancelledError has ended a task.
  void cancel_once(const std::string& message);

  virtual bool is_driven_by(const Driver&) const { return false; }

 private:
  enum class State : std::uint8_t { kPending, kCancelled, kFinished };
  struct Waiter {
    Callback* callback = nullptr;
    DoneNode* node = nullptr;  // the same, if the future owns it
  };

  void add(Waiter waiter);
  void finish(State state);
  void schedule(Waiter waiter);
  [[noreturn]] void throw_cancelled();
  template <class Predicate>
  bool remove_if(Predicate predicate) noexcept;

  EventLoop& loop_;
  Waiter first_waiter_;  // most futures have one at most
  std::vector<Waiter> more_waiters_;
  std::exception_ptr exception_;
  std::string cancel_message_;
  State state_ = State::kPending;
  bool message_once_ = false;
  bool unretrieved_ = false;  // has an error that nobody has looked at
};

// For an await of a Future that is empty: throws InvalidStateError.
[[noreturn]] void throw_empty_future();

}  // namespace asyncio
