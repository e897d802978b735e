// What the tests of TaskGroup have in common.
//
// Not part of the library: for programs and tests.

#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/task_group.hpp"

namespace test {

using Log = std::vector<std::string>;

inline Coro<> fail(std::string what, Duration delay) {
  co_await asyncio::sleep(delay);
  throw std::runtime_error(what);
}

// Sleeps, and tells when it is cancelled.
inline Coro<> note_cancel(Log& log, std::string name, Duration delay) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const CancelledError&) {
    log.push_back(name + " cancelled");
    throw;
  }
}

// Sleeps, and breaks when it is cancelled.
inline Coro<> fail_when_cancelled(std::string what, Duration delay) {
  try {
    co_await asyncio::sleep(delay);
  } catch (const CancelledError&) {
    throw std::runtime_error(what);
  }
}

// An error, with what is in it if it is a group: "group(one, group(two))".
inline std::string errors_in(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const asyncio::ExceptionGroup& group) {
    std::string text;
    for (const std::exception_ptr& one : group.exceptions()) {
      text += (text.empty() ? "" : ", ") + errors_in(one);
    }
    return "group(" + text + ")";
  } catch (...) {
    return text_of(error);
  }
}

// The same for a task, once it is done; as state_of() if it has no error.
template <class T>
std::string errors_of(World& world, const Task<T>& task) {
  const std::string end = end_of(world, task);
  if (end == "ok" || task.cancelled()) return end;
  return errors_in(task.exception());
}

}  // namespace test
