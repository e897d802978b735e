#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "10-tasks/task.hpp"
#include "11-gather/completion_group.hpp"

namespace asyncio {

enum class ReturnWhen { FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED };
using enum ReturnWhen;

// What wait() gives: the futures that were done when it returned, and the
// others, each once, in the order of the argument (asyncio gives sets).
template <class F>
struct WaitResult {
  std::vector<F> done;
  std::vector<F> pending;
};

// The part of wait() that does not depend on the kind of future. It follows
// CPython's _wait. Throws std::invalid_argument for no futures, or those of
// another loop.
Coro<void> wait_for_futures(std::vector<Ref<FutureBase>> futures,
                            std::optional<Duration> timeout,
                            ReturnWhen return_when);

// Waits until the first of `futures` is done, or the first has failed, or all
// are done, or `timeout` has passed; none of these throws, and nothing is
// cancelled, not even when wait() itself is. asyncio.wait: it takes futures
// and tasks, and no coroutines, since the caller could not tell them apart
// in the result.
template <class F>
Coro<WaitResult<F>> wait(std::vector<F> futures,
                         std::optional<Duration> timeout = {},
                         ReturnWhen return_when = ALL_COMPLETED) {
  std::vector<Ref<FutureBase>> states;
  states.reserve(futures.size());
  for (const F& future : futures) states.push_back(future.state());
  for (std::size_t place : repeated(states)) {
    states.erase(states.begin() + static_cast<std::ptrdiff_t>(place));
    futures.erase(futures.begin() + static_cast<std::ptrdiff_t>(place));
  }
  co_await wait_for_futures(std::move(states), timeout, return_when);
  WaitResult<F> result;
  for (F& future : futures) {
    (future.done() ? result.done : result.pending)
        .push_back(std::move(future));
  }
  co_return result;
}
template <class F>
Coro<WaitResult<F>> wait(std::vector<F> futures, ReturnWhen return_when) {
  return wait(std::move(futures), std::optional<Duration>(), return_when);
}

}  // namespace asyncio
