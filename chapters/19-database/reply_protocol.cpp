#include "19-database/reply_protocol.hpp"

#include <utility>

#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "common/error.hpp"

namespace asyncio {

std::string RedisOptions::server() const {
  return unix_path.empty() ? host + ':' + std::to_string(port) : unix_path;
}

void ReplyProtocol::connection_made(Transport& transport) {
  transport_ = Ref<Transport>(&transport);
  writable_.set();
}

void ReplyProtocol::data_received(std::string_view data) {
  parser_.feed(data);
  try {
    while (!ended_) {
      std::optional<resp::Value> value = parser_.next();
      if (!value) return;
      reply(std::move(*value));
    }
  } catch (const resp::ProtocolError& error) {
    end(std::make_exception_ptr(
        resp::ProtocolError("read " + server_ + ": " + error.what())));
    transport_->abort();
  }
}

void ReplyProtocol::connection_lost(std::exception_ptr error) {
  const std::string cause =
      error ? describe(error) : "read " + server_ + ": closed by the server";
  end(std::make_exception_ptr(RedisConnectionLost(cause)));
  transport_ = {};
}

void ReplyProtocol::abort() {
  end(std::make_exception_ptr(
      RedisConnectionLost("read " + server_ + ": connection dropped")));
  if (transport_) transport_->abort();
}

void ReplyProtocol::end(std::exception_ptr error) {
  if (ended_) return;
  ended_ = std::move(error);
  writable_.set();
  ended();
}

Coro<> ReplyProtocol::drain() {
  Ref<ReplyProtocol> self(this);
  while (!writable_.is_set()) co_await writable_.wait();
  if (ended_) std::rethrow_exception(ended_);
}

namespace {

Coro<> connect_once(Ref<ReplyProtocol> protocol, const RedisOptions& options) {
  ProtocolFactory factory = [protocol] { return protocol; };
  if (options.unix_path.empty()) {
    co_await create_connection(factory, options.host, options.port);
  } else {
    co_await create_unix_connection(factory, options.unix_path);
  }
}

}  // namespace

Coro<> connect_to_redis(Ref<ReplyProtocol> protocol, RedisOptions options) {
  Duration delay = options.retry_delay;
  for (int tries_left = options.connect_tries;; --tries_left) {
    try {
      co_await connect_once(protocol, options);
      co_return;
    } catch (const std::system_error&) {
      if (tries_left <= 1) throw;
    }
    co_await sleep(delay);
    delay *= 2;
  }
}

}  // namespace asyncio
