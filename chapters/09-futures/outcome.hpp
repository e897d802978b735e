#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "09-futures/future.hpp"

namespace asyncio {

// An Outcome<T> is how something ended: with a value, or with an exception.
// It is what gather and others give for each of their futures when
// exceptions are to be returned and not thrown.
template <class T>
class Outcome {
 public:
  // How a future ended; a cancelled one ended with a CancelledError. The
  // value is copied, or moved if it cannot be. REQUIRES: state.done()
  explicit Outcome(FutureState<T>& state) {
    try {
      if constexpr (std::is_void_v<T>) {
        state.result();
        value_.emplace();
      } else if constexpr (is_copyable<T>) {
        value_.emplace(state.result());
      } else {
        value_.emplace(std::move(state.result()));
      }
    } catch (...) {
      exception_ = std::current_exception();
    }
  }

  bool has_value() const noexcept { return value_.has_value(); }

  // The value, or throws the exception.
  decltype(auto) value() const {
    if (exception_) std::rethrow_exception(exception_);
    if constexpr (!std::is_void_v<T>) return (*value_);
  }
  // Empty if there is a value.
  const std::exception_ptr& exception() const noexcept { return exception_; }

 private:
  struct Nothing {};
  std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> value_;
  std::exception_ptr exception_;
};

template <class T>
struct Copyable<Outcome<T>> : Copyable<T> {};
template <>
struct Copyable<Outcome<void>> : std::true_type {};

}  // namespace asyncio
