#include "14-transports-and-protocols/datagram_endpoint.hpp"

#include <sys/socket.h>

#include <stdexcept>
#include <utility>

#include "14-transports-and-protocols/close_guard.hpp"
#include "14-transports-and-protocols/datagram_transport.hpp"
#include "14-transports-and-protocols/stale_socket.hpp"

namespace asyncio {
namespace {

int family_of(const DatagramOptions& options) {
  const auto& local = options.local_addr;
  const auto& remote = options.remote_addr;
  if (local && remote && local->family() != remote->family()) {
    throw std::invalid_argument(
        "create a datagram endpoint: the addresses are of two families");
  }
  const int family = local    ? local->family()
                     : remote ? remote->family()
                              : options.family;
  if (family == AF_UNSPEC) {
    throw std::invalid_argument(
        "create a datagram endpoint: neither an address nor a family");
  }
  return family;
}

Socket open_socket(const DatagramOptions& options) {
  Socket socket = Socket::create(family_of(options), SOCK_DGRAM);
  socket.set_nonblocking();
  if (options.reuse_port) socket.set_reuse_port();
  if (options.allow_broadcast) socket.set_broadcast();
  if (options.local_addr) {
    remove_stale_socket(*options.local_addr);
    socket.bind(*options.local_addr);
  }
  // A datagram socket connects at once: it only keeps the address.
  if (options.remote_addr && !options.allow_broadcast) {
    socket.start_connect(*options.remote_addr);
  }
  return socket;
}

std::optional<Address> connected_peer(const Socket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (::getpeername(socket.fd(), address, &size) != 0) return std::nullopt;
  return Address(address, size);
}

Coro<DatagramEndpoint> open_endpoint(DatagramFactory factory, Socket socket,
                                     std::optional<Address> remote,
                                     bool connected_to_it) {
  Ref<DatagramProtocol> protocol = factory();
  Future<> made = create_future();
  Ref<DatagramTransport> transport = SocketDatagramTransport::make(
      get_running_loop(), std::move(socket), protocol, std::move(remote),
      connected_to_it, made);
  CloseGuard guard(*transport);
  co_await made;
  guard.given_away();
  co_return DatagramEndpoint{std::move(transport), std::move(protocol)};
}

}  // namespace

Coro<DatagramEndpoint> create_datagram_endpoint(DatagramFactory factory,
                                                DatagramOptions options) {
  Socket socket = open_socket(options);
  const bool connected = options.remote_addr && !options.allow_broadcast;
  DatagramEndpoint endpoint =
      co_await open_endpoint(std::move(factory), std::move(socket),
                             options.remote_addr, connected);
  co_return endpoint;
}

Coro<DatagramEndpoint> create_datagram_endpoint(DatagramFactory factory,
                                                Socket socket) {
  socket.set_nonblocking();
  std::optional<Address> peer = connected_peer(socket);
  const bool connected = peer.has_value();
  DatagramEndpoint endpoint = co_await open_endpoint(
      std::move(factory), std::move(socket), peer, connected);
  co_return endpoint;
}

}  // namespace asyncio
