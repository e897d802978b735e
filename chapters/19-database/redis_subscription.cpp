#include "19-database/redis_subscription.hpp"

#include <deque>
#include <utility>

#include "12-cancellation/wait_for.hpp"

namespace asyncio {

using resp::Value;

class SubscriptionProtocol final : public ReplyProtocol {
 public:
  using ReplyProtocol::ReplyProtocol;

  // A command that is confirmed once for the channel that it names.
  Future<> ask(const RedisCommand& command) {
    if (!is_open()) std::rethrow_exception(error());
    Future<> confirmed = create_future<>();
    unconfirmed_.push_back(confirmed);
    write(command.bytes());
    return confirmed;
  }

  bool has_message() const noexcept { return !messages_.empty(); }
  bool is_over() const noexcept { return closed_ || !is_open(); }
  Event::Wait changed() noexcept {
    changed_.clear();
    return changed_.wait();
  }

  RedisMessage take() {
    RedisMessage message = std::move(messages_.front());
    messages_.pop_front();
    if (messages_.size() <= RedisSubscription::kMostMessages / 2 &&
        is_open()) {
      transport()->resume_reading();
    }
    return message;
  }

  void close() {
    closed_ = true;
    messages_.clear();
    changed_.set();
    abort();
  }
  bool is_closed() const noexcept { return closed_; }

 private:
  // "message", channel, text; or "subscribe", channel, how many.
  void reply(Value value) override {
    if (value.items.size() == 3 && value.items[0].text == "message") {
      messages_.push_back({std::move(value.items[1].text),
                           std::move(value.items[2].text)});
      if (messages_.size() >= RedisSubscription::kMostMessages) {
        transport()->pause_reading();
      }
      return changed_.set();
    }
    if (unconfirmed_.empty()) throw resp::ProtocolError("not a message");
    Future<> confirmed = std::move(unconfirmed_.front());
    unconfirmed_.pop_front();
    if (confirmed.done()) return;
    if (value.is_error()) {
      confirmed.set_exception(RedisError("SUBSCRIBE", value.text));
    } else {
      confirmed.set_result();
    }
  }

  void ended() override {
    for (Future<>& each : std::exchange(unconfirmed_, {})) {
      if (!each.done()) each.set_exception(error());
    }
    changed_.set();
  }

  std::deque<RedisMessage> messages_;
  std::deque<Future<>> unconfirmed_;
  Event changed_;
  bool closed_ = false;
};

// The transport has a share in the protocol too, so that its count does not
// tell when the last handle is gone: this one does.
RedisSubscription::RedisSubscription(Ref<SubscriptionProtocol> protocol)
    : protocol_(protocol.get(), [protocol](SubscriptionProtocol* open) {
        open->close();
      }) {}

namespace {

Coro<> confirm(RedisSubscription, Future<> confirmed) { co_await confirmed; }

Coro<std::optional<RedisMessage>> next_of(Ref<SubscriptionProtocol> from) {
  while (!from->has_message()) {
    if (from->is_closed()) co_return std::nullopt;
    if (from->is_over()) std::rethrow_exception(from->error());
    co_await from->changed();
  }
  co_return from->take();
}

AsyncGenerator<RedisMessage> all_of(RedisSubscription from) {
  for (;;) {
    std::optional<RedisMessage> message = co_await from.next();
    if (!message) co_return;
    co_yield std::move(*message);
  }
}

}  // namespace

Coro<> RedisSubscription::subscribe(std::string channel) const {
  return confirm(*this, protocol_->ask({"SUBSCRIBE", channel}));
}

Coro<> RedisSubscription::unsubscribe(std::string channel) const {
  return confirm(*this, protocol_->ask({"UNSUBSCRIBE", channel}));
}

Coro<std::optional<RedisMessage>> RedisSubscription::next() const {
  return next_of(Ref<SubscriptionProtocol>(protocol_.get()));
}

AsyncGenerator<RedisMessage> RedisSubscription::messages() const {
  return all_of(*this);
}

void RedisSubscription::close() const { protocol_->close(); }

namespace {

Coro<> connect_and_subscribe(RedisSubscription subscription,
                             Ref<SubscriptionProtocol> protocol,
                             RedisOptions options,
                             std::vector<std::string> channels) {
  co_await connect_to_redis(protocol, options);
  for (std::string& channel : channels) {
    co_await subscription.subscribe(std::move(channel));
  }
}

}  // namespace

Coro<RedisSubscription> subscribe_to_redis(
    RedisOptions options, std::vector<std::string> channels) {
  auto protocol = make_ref<SubscriptionProtocol>(options);
  RedisSubscription subscription(protocol);
  co_await wait_for(connect_and_subscribe(subscription, protocol, options,
                                          std::move(channels)),
                    options.timeout);
  co_return subscription;
}

}  // namespace asyncio
