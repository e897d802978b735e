#pragma once

#include <optional>
#include <utility>

#include "05-callbacks/context.hpp"
#include "05-callbacks/timer_heap.hpp"
#include "common/ref.hpp"

namespace asyncio {

class EventLoop;

// A HandleNode is a function that the loop will call, and the part of it that
// the loop and the program share: the program may cancel it, the loop runs it
// and reports the exception that leaves it. It serves call_soon, call_later
// and call_at, and add_reader and add_writer.
//
// Ownership: the program's handles and the loop each hold a share; the loop's
// ends when the function has run. The function itself, and whatever it has
// captured, dies when it is cancelled or will not be called again, even while
// handles live on: so a function may keep its own handle.
//
// It runs in the context of who scheduled it (context.hpp), and so does the
// exception handler that hears of its error. What it changes there is there
// the next time that it runs.
class HandleNode : public RefCounted, public Timer {
 public:
  void cancel();
  bool cancelled() const noexcept override { return cancelled_; }
  void run() override;
  void drop() noexcept override;
  std::string describe() const override { return name_; }

  // The function is called more than once: that of a reader or a writer.
  void set_repeating() noexcept { repeating_ = true; }

 protected:
  HandleNode(EventLoop& loop, const char* name) : loop_(loop), name_(name) {}
  virtual void call() = 0;
  virtual void destroy_function() noexcept = 0;

 private:
  void run_and_report();
  void finish() noexcept;
  void destroy_once() noexcept;

  EventLoop& loop_;
  const char* name_;
  Context context_ = Context::current();
  bool cancelled_ = false;
  bool running_ = false;
  bool repeating_ = false;
  bool destroyed_ = false;
};

template <class F>
class FunctionNode final : public HandleNode {
 public:
  FunctionNode(EventLoop& loop, const char* name, F function)
      : HandleNode(loop, name), function_(std::move(function)) {}

 private:
  void call() override { (*function_)(); }
  void destroy_function() noexcept override { function_.reset(); }

  std::optional<F> function_;
};

// A Handle is what call_soon returns: asyncio.Handle. Copies share one
// callback; dropping them all cancels nothing.
class Handle {
 public:
  Handle() = default;
  explicit Handle(Ref<HandleNode> node) : node_(std::move(node)) {}

  // The callback will not run. Harmless when it has run already.
  void cancel() {
    if (node_) node_->cancel();
  }
  bool cancelled() const { return node_ && node_->cancelled(); }

 protected:
  Ref<HandleNode> node_;
};

// A TimerHandle is what call_later and call_at return.
class TimerHandle : public Handle {
 public:
  using Handle::Handle;

  // The deadline, in the loop's time. REQUIRES: not default-constructed.
  TimePoint when() const { return node_->when(); }
};

}  // namespace asyncio
