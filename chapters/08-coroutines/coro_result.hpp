#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "08-coroutines/promise.hpp"

namespace asyncio {

// A CoroResult<T> is how a coroutine ended, with a value or an exception, or
// nothing yet. The coroutine leaves it with its owner, so that its frame
// need not outlive its body.
template <class T>
class CoroResult : public FrameOwner {
 public:
  template <class U>
  void set_value(U&& value) {
    std::construct_at(std::addressof(value_), std::forward<U>(value));
    kind_ = kValue;
  }
  void set_error() noexcept {
    std::construct_at(&error_, std::current_exception());
    kind_ = kError;
  }

  // Moves the value out, or throws the exception. REQUIRES: it has ended.
  T take_result() {
    if (kind_ == kError) [[unlikely]] {
      std::rethrow_exception(std::move(error_));
    }
    return std::move(value_);
  }

 protected:
  CoroResult() noexcept {}
  ~CoroResult() {
    if (kind_ == kValue) std::destroy_at(std::addressof(value_));
    if (kind_ == kError) std::destroy_at(&error_);
  }

 private:
  enum Kind : unsigned char { kNothing, kValue, kError };
  union {
    T value_;
    std::exception_ptr error_;
  };
  Kind kind_ = kNothing;
};

template <>
class CoroResult<void> : public FrameOwner {
 public:
  void set_error() noexcept { error_ = std::current_exception(); }
  void take_result() {
    if (error_) [[unlikely]] std::rethrow_exception(std::move(error_));
  }

 private:
  std::exception_ptr error_;
};

}  // namespace asyncio
