#include "17-subprocesses-and-signals/signals.hpp"

#include <stdexcept>
#include <string>
#include <thread>

namespace asyncio {

namespace {

// Static objects are made in the main thread.
const std::thread::id main_thread = std::this_thread::get_id();

void check_signal(int number) {
  if (number < 1 || number >= NSIG) {
    throw std::invalid_argument("invalid signal number " +
                                std::to_string(number));
  }
}

}  // namespace

void check_main_thread() {
  if (std::this_thread::get_id() == main_thread) return;
  throw std::runtime_error("add_signal_handler works in the main thread only");
}

void SignalHub::add(int number, const void* owner,
                    std::function<void()> function) {
  check_signal(number);
  if (loop_.is_closed()) throw std::runtime_error("Event loop is closed");
  start();
  pipe_->listen(number);
  auto handler = std::make_shared<Handler>(
      Handler{number, owner, Context::current(), std::move(function)});
  if (auto* before = find(number, owner)) {
    before->swap(handler);
  } else {
    handlers_.push_back(std::move(handler));
  }
}

bool SignalHub::remove(int number, const void* owner) {
  check_signal(number);
  auto* found = find(number, owner);
  if (!found) return false;
  std::shared_ptr<Handler> last = std::move(*found);  // may be running
  std::erase(handlers_, nullptr);
  bool others = false;
  for (auto& handler : handlers_) others |= handler->number == number;
  if (!others) pipe_->ignore(number);
  if (handlers_.empty()) loop_.remove_reader(pipe_->fd());
  return true;
}

std::shared_ptr<SignalHub::Handler>* SignalHub::find(int number,
                                                     const void* owner) {
  for (auto& handler : handlers_) {
    if (handler->number == number && handler->owner == owner) return &handler;
  }
  return nullptr;
}

// Reads the pipe from here on. The reader holds a token that is destroyed
// with it: the loop has no other word for us when it is closed.
void SignalHub::start() {
  if (reading_) return;
  if (!pipe_) pipe_.emplace();
  std::shared_ptr<SignalHub> token(
      this, [](SignalHub* hub) { hub->forget_all(); });
  loop_.add_reader(pipe_->fd(), [token] {
    token->pipe_->read([&](int number) { token->deliver(number); });
  });
  reading_ = true;
}

// The functions run in the next iteration, as CPython's do.
void SignalHub::deliver(int number) {
  for (auto& handler : handlers_) {
    if (handler->number != number) continue;
    loop_.call_soon(
        [this, number, owner = handler->owner] { call(number, owner); });
  }
}

void SignalHub::call(int number, const void* owner) {
  auto* found = find(number, owner);
  if (!found) return;  // removed since
  std::shared_ptr<Handler> handler = *found;  // it may remove itself
  ContextScope scope(handler->context);
  handler->function();
}

void SignalHub::forget_all() noexcept {
  reading_ = false;
  for (int number = 1; number < NSIG; ++number) pipe_->ignore(number);
  auto handlers = std::exchange(handlers_, {});  // they may call us as they die
}

}  // namespace asyncio
