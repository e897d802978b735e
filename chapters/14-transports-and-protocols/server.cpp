#include "14-transports-and-protocols/server.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/resolver.hpp"
#include "14-transports-and-protocols/stale_socket.hpp"

namespace asyncio {

std::vector<Address> Server::addresses() const { return state_->addresses(); }

std::uint16_t Server::port() const {
  const std::vector<Address> all = addresses();
  return all.empty() ? std::uint16_t{0} : all.front().port();
}

Coro<> Server::start_serving() const {
  Server self = *this;
  self.state_->start();
  co_await sleep(Duration::zero());  // from now on it is watched
}

Coro<> Server::serve_forever() const {
  Server self = *this;
  if (self.state_->forever()) {
    throw std::runtime_error("serve_forever() is being awaited already");
  }
  if (self.state_->is_closed()) throw std::runtime_error("server is closed");
  self.state_->start();
  struct Waiting {
    Future<>& forever;
    ~Waiting() { forever = {}; }
  } waiting{self.state_->forever()};
  self.state_->forever() = create_future();
  std::exception_ptr cancelled;
  try {
    Future<> forever = self.state_->forever();
    co_await forever;
  } catch (const CancelledError&) {
    cancelled = std::current_exception();
  }
  self.close();
  co_await self.wait_closed();
  std::rethrow_exception(cancelled);
}

Coro<> Server::wait_closed() const {
  Server self = *this;
  Future<> closed = self.state_->closed();
  if (closed) co_await closed;
}

namespace {

Coro<Server> start_server(std::vector<Socket> sockets, ProtocolFactory factory,
                          ServerOptions options) {
  EventLoop& loop = get_running_loop();
  Server server(make_ref<ServerState>(loop, std::move(sockets),
                                      std::move(factory), options.backlog));
  try {
    if (options.start_serving) co_await server.start_serving();
  } catch (...) {
    server.close();  // nobody else knows it
    throw;
  }
  co_return server;
}

Socket bind_tcp(const Address& address, const ServerOptions& options) {
  Socket socket = Socket::create(address.family());
  // A server that is started again may take its port back at once.
  socket.set_reuse_address();
  if (options.reuse_port) socket.set_reuse_port();
  // Else a socket on all IPv6 addresses would take the IPv4 ones, too.
  if (address.family() == AF_INET6) socket.set_only_ipv6();
  socket.bind(address);
  return socket;
}

// There is no such family here, as IPv6 without a network that has it, or no
// such address.
bool is_missing(const std::system_error& error) {
  return error.code() == std::errc::address_family_not_supported ||
         error.code() == std::errc::address_not_available;
}

// On each address that this machine has; one at least.
std::vector<Socket> bind_all(const std::vector<Address>& addresses,
                             const ServerOptions& options) {
  std::vector<Socket> sockets;
  std::exception_ptr missing;
  for (const Address& address : addresses) {
    try {
      sockets.push_back(bind_tcp(address, options));
    } catch (const std::system_error& error) {
      if (!is_missing(error)) throw;
      missing = std::current_exception();
    }
  }
  if (sockets.empty()) std::rethrow_exception(missing);
  return sockets;
}

}  // namespace

Coro<Server> create_server(ProtocolFactory factory, std::string host,
                           std::uint16_t port, ServerOptions options) {
  std::vector<Address> addresses;
  if (host.empty()) {
    addresses = {Address::any(AF_INET, port), Address::any(AF_INET6, port)};
  } else {
    addresses = co_await getaddrinfo(host, port);
  }
  std::vector<Socket> sockets = bind_all(addresses, options);
  Server server = co_await start_server(std::move(sockets),
                                        std::move(factory), options);
  co_return server;
}

Coro<Server> create_server(ProtocolFactory factory, Socket listener,
                           ServerOptions options) {
  std::vector<Socket> sockets;
  sockets.push_back(std::move(listener));
  Server server = co_await start_server(std::move(sockets),
                                        std::move(factory), options);
  co_return server;
}

Coro<Server> create_unix_server(ProtocolFactory factory, std::string path,
                                ServerOptions options) {
  const Address address = Address::unix_path(path);
  remove_stale_socket(address);
  Socket socket = Socket::create(AF_UNIX);
  socket.bind(address);
  Server server = co_await create_server(std::move(factory),
                                         std::move(socket), options);
  co_return server;
}

}  // namespace asyncio
