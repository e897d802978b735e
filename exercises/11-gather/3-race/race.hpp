#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "11-gather/as_completed.hpp"
#include "11-gather/wait.hpp"

namespace exercise {

// Gives the first result of `tasks`. One that fails is out of the race; when
// all have failed, the last error is thrown. The losers are cancelled, all at
// once, and have ended when race returns, however they end. Throws
// std::invalid_argument if there are no tasks.
template <class T>
asyncio::Coro<T> race(std::vector<asyncio::Task<T>> tasks) {
  if (tasks.empty()) throw std::invalid_argument("race of no tasks");
  // TODO: find the winner, cancel the losers, and wait for them. So far the
  // first in the list wins, always, and the others run on.
  T result = co_await tasks[0];
  co_return result;
}

}  // namespace exercise
