#include "15-streams/async_generator.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"

namespace asyncio {

// ---- the state

AsyncGeneratorState::~AsyncGeneratorState() { destroy_frame(); }

bool AsyncGeneratorState::active() const noexcept {
  return handle_ && promise_.started();
}

void AsyncGeneratorState::destroy_frame() noexcept {
  if (registry_) registry_->remove(*this);
  if (handle_) promise_.destroy_frame(std::exchange(handle_, nullptr));
}

void AsyncGeneratorState::let_go(Ref<AsyncGeneratorState> state) noexcept {
  const bool last = state && state->ref_count() == 1;
  if (!last || !state->at_yield_ || !state->registry_) return;
  EventLoop& loop = state->registry_->loop();
  if (loop.is_closed()) return;
  state->self_ = state;  // run() may end before the task has begun
  try {
    loop.call_soon([&loop, state] { Task<void>(loop, AsyncClose(state)); });
  } catch (const std::exception&) {
    // No memory for that: run() closes it, or the loop destroys it.
  }
}

// ---- the promise

Ref<AsyncGeneratorState> AsyncGeneratorPromise::make_state(
    std::coroutine_handle<> frame) {
  auto state = make_ref<AsyncGeneratorState>(frame, *this);
  owner_ = state.get();
  return state;
}

void AsyncGeneratorPromise::Yield::await_suspend(
    std::coroutine_handle<>) const noexcept {
  state_.at_yield_ = true;
  state_.promise_.resume_caller();
}

void AsyncGeneratorPromise::Yield::await_resume() const {
  if (state_.in_) std::rethrow_exception(std::exchange(state_.in_, nullptr));
}

// ---- a step

bool AsyncGeneratorStep::begin(void* place) {
  if (state_->running_) {
    throw std::runtime_error(std::string(operation_) +
                             "(): asynchronous generator is already running");
  }
  if (!state_->handle_) return false;
  under_way_ = state_->running_ = true;
  state_->place_ = place;
  return true;
}

void AsyncGeneratorStep::register_at(EventLoop& loop) {
  if (!state_->registry_) loop.service<AsyncGenerators>().add(*state_);
}

void AsyncGeneratorStep::end() {
  if (!std::exchange(under_way_, false)) return;
  state_->running_ = false;
  state_->place_ = nullptr;
  state_->self_ = {};
  if (state_->handle_) return;
  if (state_->registry_) state_->registry_->remove(*state_);
  if (state_->out_) {
    std::rethrow_exception(std::exchange(state_->out_, nullptr));
  }
}

bool AsyncClose::Awaiter::await_ready() {
  if (!begin(nullptr)) return true;
  if (!state_->active()) {
    state_->destroy_frame();
    return true;
  }
  state_->in_ = std::make_exception_ptr(GeneratorExit());
  return false;
}

void AsyncClose::Awaiter::await_resume() {
  try {
    end();
  } catch (const GeneratorExit&) {
    return;
  }
  if (state_->handle_) {
    throw std::runtime_error("async generator ignored GeneratorExit");
  }
}

namespace {
Coro<void> await_close(AsyncClose close) { co_await close; }
}  // namespace

AsyncClose::operator Coro<void>() const { return await_close(*this); }

// ---- the registry

AsyncGenerators::AsyncGenerators(EventLoop& loop) : loop_(loop) {
  loop.service<ShutdownHooks>().add([this] { return shutdown(); });
}

AsyncGenerators::~AsyncGenerators() {
  while (first_) remove(*first_);
}

void AsyncGenerators::add(AsyncGeneratorState& state) {
  if (shut_down_ && loop_.get_debug()) {
    loop_.call_exception_handler(
        {"asynchronous generator was iterated after shutdown_asyncgens()", "",
         nullptr});
  }
  state.registry_ = this;
  state.next_ = first_;
  if (first_) first_->previous_ = &state;
  first_ = &state;
}

void AsyncGenerators::remove(AsyncGeneratorState& state) noexcept {
  const Ref<AsyncGeneratorState> last = std::move(state.self_);
  (state.previous_ ? state.previous_->next_ : first_) = state.next_;
  if (state.next_) state.next_->previous_ = state.previous_;
  state.previous_ = state.next_ = nullptr;
  state.registry_ = nullptr;
}

Coro<void> AsyncGenerators::shutdown() {
  shut_down_ = true;
  std::vector<AsyncClose> closing;
  for (AsyncGeneratorState* state = first_; state; state = state->next_) {
    closing.push_back(AsyncClose(Ref<AsyncGeneratorState>(state)));
  }
  auto ends = co_await gather(return_exceptions, std::move(closing));
  for (const Outcome<void>& end : ends) {
    if (end.has_value()) continue;
    loop_.call_exception_handler(
        {"an error occurred during closing of asynchronous generator", "",
         end.exception()});
  }
}

Coro<void> shutdown_asyncgens(EventLoop& loop) {
  return loop.service<AsyncGenerators>().shutdown();
}

}  // namespace asyncio
