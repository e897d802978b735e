#pragma once

#include <optional>
#include <utility>

#include "11-gather/gather.hpp"
#include "12-cancellation/timeout.hpp"

namespace asyncio {

// Cancels `future` and returns once it is done: CPython's _cancel_and_wait.
template <class T>
Coro<void> cancel_and_wait(Future<T> future) {
  Future<void> waiter = create_future<void>();
  auto id = future.add_done_callback([waiter](const Future<T>&) {
    if (!waiter.done()) waiter.set_result();
  });
  struct Remove {
    const Future<T>& from;
    std::uint64_t id;
    ~Remove() { from.remove_done_callback(id); }
  } remove{future, id};
  future.cancel();
  co_await waiter;
}

// wait_for with no time left: what the future has ended with already counts.
template <class T>
Coro<T> result_or_timeout(Future<T> future) {
  if (future.done()) co_return take_result(*future.state());
  co_await cancel_and_wait(future);
  try {
    co_return take_result(*future.state());
  } catch (const CancelledError&) {
    throw TimeoutError();
  }
}

// Awaits `awaitable` for `limit` at most, and gives its result:
// asyncio.wait_for, as it is since Python 3.12, a timeout around an await. A
// coroutine runs in the caller's own task; a future or task is cancelled
// when time is over. TimeoutError is thrown only when the cancellation has
// taken place. With a limit of zero or less, a coroutine never starts.
template <class A>
Coro<ResultOf<A>> wait_for(A awaitable, std::optional<Duration> limit) {
  using T = ResultOf<A>;
  if (limit && *limit <= Duration::zero()) {
    Future<T> future = ensure_future(std::move(awaitable));
    co_return co_await result_or_timeout(std::move(future));
  }
  Timeout timeout(deadline_after(limit));
  co_return co_await await_under<T>(timeout, std::move(awaitable));
}

// Wraps any coroutine function so that each call has a limit of its own:
// what a decorator does in Python.
//
//     auto quick_fetch = with_timeout(1s, fetch);
//     Page page = co_await quick_fetch(url);
template <class F>
auto with_timeout(Duration limit, F function) {
  return [limit, function = std::move(function)](auto&&... args) {
    return wait_for(function(std::forward<decltype(args)>(args)...), limit);
  };
}

}  // namespace asyncio
