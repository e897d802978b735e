#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "08-coroutines/coro.hpp"
#include "13-synchronization/event.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "19-database/resp.hpp"

namespace asyncio {

// The connection to the server has ended, and with it what was asked there
// and not answered. Whether the server has done it is not known.
class RedisConnectionLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RedisOptions {
  RedisOptions() {}
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string unix_path;  // if not empty: instead of host and port
  // For one answer, connecting included; none: for ever.
  std::optional<Duration> timeout = std::chrono::seconds(5);
  // How often to try to connect, and how long to wait before the second time;
  // before each other, twice as long.
  int connect_tries = 3;
  Duration retry_delay = std::chrono::milliseconds(100);
  resp::ReplyParser::Limits limits;

  // "127.0.0.1:6379", for errors.
  std::string server() const;
};

// A ReplyProtocol is one connection to a server that speaks RESP, from its
// beginning to its end: it takes apart what comes, and knows whether more may
// be sent. What a reply means is for those who derive from it.
//
// Ownership: the transport's, and of who uses it. Thread: the loop's.
class ReplyProtocol : public Protocol {
 public:
  explicit ReplyProtocol(const RedisOptions& options)
      : parser_(options.limits), server_(options.server()) {}

  void connection_made(Transport& transport) override;
  void data_received(std::string_view data) final;
  void connection_lost(std::exception_ptr error) final;
  void pause_writing() final { writable_.clear(); }
  void resume_writing() final { writable_.set(); }

  bool is_open() const noexcept { return transport_ && !ended_; }
  // Why it has ended. REQUIRES: !is_open()
  const std::exception_ptr& error() const noexcept { return ended_; }

  // Sends bytes. REQUIRES: is_open()
  void write(std::string_view bytes) { transport_->write(bytes); }
  // False while the server does not read what it was sent; drain() returns
  // when there is room again, and throws error().
  bool has_room() const noexcept { return writable_.is_set(); }
  Coro<> drain();
  // Ends it at once. Everything that waits fails.
  void abort();

 protected:
  Transport* transport() const noexcept { return transport_.get(); }
  virtual void reply(resp::Value value) = 0;
  // Nothing more will come.
  virtual void ended() = 0;

 private:
  void end(std::exception_ptr error);

  resp::ReplyParser parser_;
  std::string server_;
  // A share: a client may outlive its loop, which calls no connection_lost().
  Ref<Transport> transport_;
  Event writable_;
  std::exception_ptr ended_;
};

// Connects a ReplyProtocol as the options say, several times if need be.
Coro<> connect_to_redis(Ref<ReplyProtocol> protocol, RedisOptions options);

}  // namespace asyncio
