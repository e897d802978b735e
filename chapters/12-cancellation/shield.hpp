#pragma once

#include <memory>
#include <utility>

#include "11-gather/gather.hpp"

namespace asyncio {

// Gives a future that ends as `awaitable` does, but may be cancelled without
// cancelling it: asyncio.shield.
//
//     Page page = co_await shield(save(document));
//
// A cancelled task leaves that await with CancelledError as any other, while
// save() goes on; the loop keeps it. If the inner work is cancelled itself,
// so is the outer future.
template <class A>
Future<ResultOf<A>> shield(A awaitable) {
  using T = ResultOf<A>;
  Future<T> inner = ensure_future(std::move(awaitable));
  if (inner.done()) return inner;
  Future<T> outer(inner.get_loop());
  // The callbacks must not hold both futures, or a pair that never ends would
  // keep itself alive. So the inner one holds the outer, and the outer only
  // knows where the inner is for as long as that callback is there.
  auto watching = std::make_shared<char>();
  std::weak_ptr<char> still_watching = watching;
  auto id = inner.add_done_callback([outer, watching = std::move(watching)](
                                        const Future<T>& done) {
    if (outer.done()) {
      done.state()->mark_retrieved();
    } else if (done.cancelled()) {
      outer.cancel();
    } else if (std::exception_ptr error = done.exception()) {
      outer.set_exception(error);
    } else if constexpr (std::is_void_v<T>) {
      outer.set_result();
    } else {
      outer.set_result(take_result(*done.state()));
    }
  });
  FutureBase* state = inner.state().get();
  outer.add_done_callback([state, id, still_watching](const Future<T>&) {
    if (!still_watching.expired()) state->remove_done_node(id);
  });
  return outer;
}

}  // namespace asyncio
