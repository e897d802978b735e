#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "05-callbacks/clock.hpp"
#include "08-coroutines/coro.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "common/descriptor.hpp"
#include "common/socket.hpp"

namespace asyncio {

// What the functions below give: both sides of a new connection.
struct Connection {
  Ref<Transport> transport;
  Ref<BaseProtocol> protocol;
};

struct ConnectOptions {
  ConnectOptions() {}
  // How long one address may be tried before the next is tried beside it;
  // none: until it has failed.
  std::optional<Duration> happy_eyeballs_delay =
      std::chrono::milliseconds(250);
  std::optional<Address> local_addr;  // where to connect from
};

// Connects to `host`, and returns when the protocol was told of it. Of a
// host with several addresses the first that answers is taken (RFC 8305,
// "happy eyeballs": IPv6 and IPv4 in turn, a quarter of a second apart).
// Throws std::system_error "connect 127.0.0.1:9: Connection refused"; if
// several addresses failed, in different ways, all of them in one message.
// Cancelling it closes what was begun. loop.create_connection() of asyncio.
Coro<Connection> create_connection(ProtocolFactory factory, std::string host,
                                   std::uint16_t port,
                                   ConnectOptions options = {});

// On a socket that is connected already.
Coro<Connection> create_connection(ProtocolFactory factory, Socket connected);

// To a Unix socket's path.
Coro<Connection> create_unix_connection(ProtocolFactory factory,
                                        std::string path);

// On one end of a pipe, a Unix socket or a terminal, which it takes over.
// Throws std::invalid_argument for anything else, as a regular file: that
// one is always ready, so there is nothing to wait for.
Coro<Connection> connect_read_pipe(ProtocolFactory factory, Descriptor pipe);
Coro<Connection> connect_write_pipe(ProtocolFactory factory, Descriptor pipe);

}  // namespace asyncio
