#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace asyncio {

// A CancelledError comes out of the await of something that was cancelled,
// and out of the await at which a task was cancelled. It is not a
// std::exception, so that `catch (const std::exception&)`, which handles
// errors, lets a cancellation pass, as `except Exception` does in Python.
class CancelledError {
 public:
  CancelledError() = default;
  explicit CancelledError(std::string message)
      : message_(std::move(message)) {}

  // What was given to cancel(); empty if nothing was.
  const std::string& message() const noexcept { return message_; }

 private:
  std::string message_;
};

// The operation is not allowed in the state that a future is in.
class InvalidStateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// An operation has taken longer than it was given: Python's TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  TimeoutError() : std::runtime_error("timed out") {}
  using std::runtime_error::runtime_error;
};

}  // namespace asyncio
