#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace asyncio {

// A Generator<T> is a function that yields values one at a time and is
// suspended in between: Python's generator, made by the compiler from a
// function that contains co_yield.
//
//     Generator<int> count(int n) {
//       for (int i = 0; i < n; ++i) co_yield i;
//     }
//     for (int i : count(3)) ...
//
// It is lazy: nothing runs until the first value is asked for. The value is
// not copied: what begin() and operator* give refers to the operand of
// co_yield, and is good until the next step. To yield something const, make it
// a Generator<const T>.
//
// Ownership: the generator owns its frame, and destroying it destroys the
// frame's locals, wherever it stands. Move-only. Thread: any one at a time.
// An exception that leaves the body comes out of next() or ++, and ends it.
template <class T>
class Generator {
 public:
  using Value = std::remove_reference_t<T>;

  class promise_type {
   public:
    Generator get_return_object() noexcept { return Generator(this); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    std::suspend_always yield_value(Value& value) noexcept {
      value_ = std::addressof(value);
      return {};
    }
    std::suspend_always yield_value(Value&& value) noexcept {
      // The operand lives until the full expression that holds co_yield
      // ends, which is after the generator has been resumed.
      value_ = std::addressof(value);
      return {};
    }
    void return_void() const noexcept {}
    // Kept for next() to throw: what is thrown on from here would leave
    // clang's frame unsure of how far it came, and its locals die twice.
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    // A generator yields; what it would await, nobody could answer.
    template <class A>
    void await_transform(A&&) = delete;

   private:
    friend class Generator;
    Value* value_ = nullptr;
    std::exception_ptr error_;
  };
  using Handle = std::coroutine_handle<promise_type>;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = std::remove_cv_t<Value>;
    Iterator() = default;
    explicit Iterator(Generator* generator) noexcept : generator_(generator) {}
    Iterator& operator++() {
      generator_->next();
      return *this;
    }
    void operator++(int) { generator_->next(); }
    Value& operator*() const noexcept { return generator_->value(); }
    bool operator==(std::default_sentinel_t) const noexcept {
      return generator_->done();
    }

   private:
    Generator* generator_ = nullptr;
  };

  Generator(Generator&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  Generator& operator=(Generator other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Generator() {
    if (handle_) handle_.destroy();
  }

  // Python's next(): runs to the next co_yield. False when the body has ended
  // instead, now or before. REQUIRES: not called by the body itself.
  bool next() {
    if (done()) return false;
    handle_.resume();
    if (!handle_.done()) return true;
    std::exception_ptr error = std::exchange(handle_.promise().error_, nullptr);
    if (error) std::rethrow_exception(std::move(error));
    return false;
  }

  // The value that the last next() stopped at. REQUIRES: it returned true.
  Value& value() const noexcept { return *handle_.promise().value_; }

  bool done() const noexcept { return !handle_ || handle_.done(); }

  // Where the frame stands in memory: chapter 07 looks at it.
  const void* frame() const noexcept { return handle_.address(); }

  Iterator begin() {
    next();
    return Iterator(this);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  explicit Generator(promise_type* promise) noexcept
      : handle_(Handle::from_promise(*promise)) {}

  Handle handle_;
};

}  // namespace asyncio
