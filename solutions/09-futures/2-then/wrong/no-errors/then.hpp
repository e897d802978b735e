// The test says: the result: expected "error: no page 7", came "nothing, it is pending"
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
  future.add_done_callback([answer, function = std::move(function)](
                               const Future<T>& done) mutable {
    if (answer.done()) return;  // somebody has cancelled it
    answer.set_result(function(done.result()));
  });
  return answer;
}

}  // namespace exercise
