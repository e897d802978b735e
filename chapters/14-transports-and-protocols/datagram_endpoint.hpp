#pragma once

#include <functional>
#include <optional>

#include "08-coroutines/coro.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "common/socket.hpp"

namespace asyncio {

using DatagramFactory = std::function<Ref<DatagramProtocol>()>;

// What create_datagram_endpoint() gives.
struct DatagramEndpoint {
  Ref<DatagramTransport> transport;
  Ref<DatagramProtocol> protocol;
};

// Where to receive and where to send. Without a local address the system
// picks a port; without a remote one each sendto() names its receiver.
struct DatagramOptions {
  DatagramOptions() {}
  std::optional<Address> local_addr;
  std::optional<Address> remote_addr;
  int family = AF_UNSPEC;        // REQUIRED if there is neither address
  bool reuse_port = false;       // several sockets may receive on one port
  bool allow_broadcast = false;  // the remote address may be a broadcast one
};

// A socket for datagrams, UDP or Unix, as the addresses say. What an earlier
// endpoint has left at a local Unix path is removed. Throws
// std::invalid_argument if there is no family or the two addresses are of
// different ones, std::system_error "bind 127.0.0.1:53: Permission denied".
// loop.create_datagram_endpoint() of asyncio; to use a host's name, look it
// up with getaddrinfo() (resolver.hpp).
Coro<DatagramEndpoint> create_datagram_endpoint(DatagramFactory factory,
                                                DatagramOptions options);

// On a datagram socket that is bound, or connected, already.
Coro<DatagramEndpoint> create_datagram_endpoint(DatagramFactory factory,
                                                Socket socket);

}  // namespace asyncio
