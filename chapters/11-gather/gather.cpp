#include "11-gather/gather.hpp"

namespace asyncio {

GatherBase::GatherBase(FutureBase& outer,
                       std::vector<Ref<FutureBase>> children,
                       bool exceptions_too)
    : CompletionGroup(outer.loop(), children.size()),
      outer_(outer),
      children_(std::move(children)),
      exceptions_too_(exceptions_too) {
  check_same_loop(outer.loop(), children_);
}

void GatherBase::begin() {
  if (children_.empty()) return finish();
  std::vector<std::size_t> done;
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (children_[i]->done()) {
      done.push_back(i);
    } else {
      watch(i, *children_[i]);
    }
  }
  // Only now: if all are done, the last of these completes the gather before
  // it is returned, and awaiting it does not suspend.
  for (std::size_t i : done) on_done(i);
}

bool GatherBase::cancel_children(const std::string& message) {
  bool any = false;
  for (Ref<FutureBase>& child : children_) any |= child->cancel(message);
  // With no child left to cancel, what is on its way comes as it is.
  if (any) cancel_requested_ = true;
  return any;
}

void GatherBase::on_done(std::size_t i) {
  FutureBase& done = *children_[i];
  ++finished_;
  if (outer_.done()) {
    done.mark_retrieved();
    return;
  }
  if (!exceptions_too_) {
    std::exception_ptr error;
    try {
      error = done.exception();
    } catch (const CancelledError&) {
      // A cancelled child is one that failed; the outer is not cancelled,
      // since nobody has asked for that.
      error = std::current_exception();
    }
    if (error) return outer_.set_exception(std::move(error));
  }
  if (finished_ == children_.size()) finish();
}

void GatherBase::finish() {
  try {
    if (cancel_requested_) throw_cancelled();
    set_results();
  } catch (...) {  // as well when a result cannot be copied
    outer_.set_exception(std::current_exception());
  }
}

// Cancelled from outside, and every child has ended, be it as it may. The
// message is the last child's, as CPython's is.
void GatherBase::throw_cancelled() {
  FutureBase& last = *children_.back();
  if (last.cancelled()) last.exception();  // throws
  throw CancelledError();
}

}  // namespace asyncio
