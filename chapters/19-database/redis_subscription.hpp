#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "15-streams/async_generator.hpp"
#include "19-database/redis_client.hpp"

namespace asyncio {

// What somebody has published.
struct RedisMessage {
  std::string channel;
  std::string text;
};

class SubscriptionProtocol;

// A RedisSubscription hears what is published on some channels, on a
// connection of its own: one that has subscribed can do nothing else.
//
//     auto news = co_await subscribe_to_redis(options, channels);
//     for (;;) {
//       std::optional<RedisMessage> message = co_await news.next();
//       if (!message) break;
//       ...
//     }
//
// Whoever does not take its messages makes the server wait, which cuts it off
// in the end; no more than kMostMessages are kept here. It does not connect
// again by itself: messages would be missing, and nobody would know.
//
// Ownership: a handle; copies share the connection, which is closed with the
// last. Thread: the loop's. Errors: RedisConnectionLost, from next() when all
// messages that came before were taken.
class RedisSubscription {
 public:
  static constexpr std::size_t kMostMessages = 1000;

  explicit RedisSubscription(Ref<SubscriptionProtocol> protocol);

  // Return when the server has confirmed it.
  Coro<> subscribe(std::string channel) const;
  Coro<> unsubscribe(std::string channel) const;

  // The next message; nothing after close(). The second form gives them all.
  Coro<std::optional<RedisMessage>> next() const;
  AsyncGenerator<RedisMessage> messages() const;

  // Whoever waits in next() gets nothing.
  void close() const;

 private:
  std::shared_ptr<SubscriptionProtocol> protocol_;
};

Coro<RedisSubscription> subscribe_to_redis(RedisOptions options,
                                           std::vector<std::string> channels);

}  // namespace asyncio
