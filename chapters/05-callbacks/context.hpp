#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace asyncio {

// A ContextData is what chapter 16's context variables keep their values in;
// here it is only passed on. It does not change once it is shared, and its
// count is atomic, since a context may be carried to another thread.
class ContextData {
 public:
  ContextData() = default;
  ContextData(const ContextData&) = delete;
  ContextData& operator=(const ContextData&) = delete;

  void retain() const noexcept {
    shares_.fetch_add(1, std::memory_order_relaxed);
  }
  // The last one must see what the others did with it, hence acq_rel.
  void release() const noexcept {
    if (shares_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  virtual ~ContextData() = default;

 private:
  mutable std::atomic<std::uint32_t> shares_{0};
};

// A Context is what a callback inherits from whoever scheduled it, and a
// task from whoever created it: a share in a ContextData, or nothing. It
// follows contextvars.Context (PEP 567); a copy of it costs nothing while it
// is empty, as it is in a program without context variables.
//
// Ownership: shared. Thread: any, but one Context object is one thread's.
class Context {
 public:
  Context() = default;
  explicit Context(const ContextData* data) noexcept : data_(data) {
    if (data_) data_->retain();
  }
  Context(const Context& other) noexcept : Context(other.data_) {}
  Context(Context&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)) {}
  Context& operator=(Context other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  ~Context() {
    if (data_) data_->release();
  }

  const ContextData* data() const noexcept { return data_; }

  // What this thread runs in now: contextvars.copy_context().
  static Context current() noexcept { return Context(current_); }

  // Changes what this thread runs in, until the ContextScope around it ends.
  static void set_current(Context context) noexcept {
    Context before;
    before.data_ = std::exchange(current_, std::exchange(context.data_, {}));
  }

 private:
  friend class ContextScope;
  const ContextData* data_ = nullptr;
  static inline constinit thread_local const ContextData* current_ = nullptr;
};

// While a ContextScope lives, its thread runs in `context`. At its end the
// one before is back, and `context` is what has become of it: a variable may
// have been set. Context.run() of Python. Only pointers move, and nothing is
// counted: while it is entered, the Context object itself is empty.
//
// REQUIRES: `context` outlives the scope, is entered once at a time, and
// scopes end in reverse order.
class ContextScope {
 public:
  explicit ContextScope(Context& context) noexcept
      : context_(context),
        before_(std::exchange(Context::current_,
                              std::exchange(context.data_, nullptr))) {}
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope() {
    context_.data_ = std::exchange(Context::current_, before_);
  }

 private:
  Context& context_;
  const ContextData* const before_;
};

}  // namespace asyncio
