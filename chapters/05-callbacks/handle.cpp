#include "05-callbacks/handle.hpp"

#include "05-callbacks/event_loop.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

void HandleNode::cancel() {
  if (cancelled_) return;
  Ref<HandleNode> keep(this);
  cancelled_ = true;
  if (pending()) {
    loop_.cancel_timer(*this);
    release();  // the heap's share
  }
  // A function that cancels itself must not be destroyed under its own feet.
  if (!running_) destroy_once();
}

void HandleNode::run() {
  Ref<HandleNode> keep(this);
  release();  // the queue's share; `keep` holds the node until we return
  if (cancelled_) return;
  running_ = true;
  try {
    run_and_report();
  } catch (...) {
    finish();
    throw;
  }
  finish();
}

void HandleNode::finish() noexcept {
  running_ = false;
  if (cancelled_ || !repeating_) destroy_once();
}

// What the function has captured may cancel this handle as it dies.
void HandleNode::destroy_once() noexcept {
  if (std::exchange(destroyed_, true)) return;
  destroy_function();
  context_ = {};
}

void HandleNode::run_and_report() {
  ContextScope scope(context_);
  try {
    call();
  } catch (const Interrupted&) {
    throw;  // Ctrl-C is not the callback's error: it ends run_forever()
  } catch (...) {
    loop_.call_exception_handler({"Exception in callback", name_,
                                  std::current_exception()});
  }
}

void HandleNode::drop() noexcept {
  Ref<HandleNode> keep(this);
  release();
  destroy_once();  // it may hold a handle to itself
}

}  // namespace asyncio
