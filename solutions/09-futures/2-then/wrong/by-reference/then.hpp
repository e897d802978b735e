// The test says: what does your lambda capture, and how?

#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "09-futures/future.hpp"

namespace exercise {

using asyncio::CancelledError;
using asyncio::Future;

// Gives a future for `function(value)`, where the value is that of `future`. If
// `future` fails or is cancelled, so does the result, and the function is not
// called. What the function throws, the result ends with.
template <class T, class F>
Future<std::invoke_result_t<F&, const T&>> then(const Future<T>& future,
                                                F function) {
  Future<std::invoke_result_t<F&, const T&>> answer(future.get_loop());
  future.add_done_callback([&](const Future<T>& done) {
    if (answer.done()) return;  // somebody has cancelled it
    try {
      answer.set_result(function(done.result()));
    } catch (const CancelledError& error) {
      answer.cancel(error.message());
    } catch (...) {
      answer.set_exception(std::current_exception());
    }
  });
  return answer;
}

}  // namespace exercise
