#include "14-transports-and-protocols/connection.hpp"

#include <utility>
#include <vector>

#include "10-tasks/sock.hpp"
#include "14-transports-and-protocols/close_guard.hpp"
#include "14-transports-and-protocols/happy_eyeballs.hpp"
#include "14-transports-and-protocols/pipe_transport.hpp"
#include "14-transports-and-protocols/resolver.hpp"
#include "14-transports-and-protocols/server_state.hpp"
#include "14-transports-and-protocols/socket_transport.hpp"

namespace asyncio {
namespace {

// Waits until the protocol was told of the connection. Cancelled, it closes
// the transport.
Coro<Connection> when_made(Ref<Transport> transport,
                           Ref<BaseProtocol> protocol, Future<> made) {
  CloseGuard guard(*transport);
  co_await made;
  guard.given_away();
  co_return Connection{std::move(transport), std::move(protocol)};
}

}  // namespace

Coro<Connection> create_connection(ProtocolFactory factory, std::string host,
                                   std::uint16_t port,
                                   ConnectOptions options) {
  std::vector<Address> addresses = co_await getaddrinfo(host, port);
  Socket socket = co_await connect_to_any(std::move(addresses), options);
  Connection connection =
      co_await create_connection(std::move(factory), std::move(socket));
  co_return connection;
}

Coro<Connection> create_connection(ProtocolFactory factory, Socket connected) {
  connected.set_nonblocking();
  Ref<BaseProtocol> protocol = factory();
  Future<> made = create_future();
  Ref<Transport> transport = SocketTransport::make(
      get_running_loop(), std::move(connected), protocol, made, {});
  Connection connection =
      co_await when_made(std::move(transport), std::move(protocol), made);
  co_return connection;
}

Coro<Connection> create_unix_connection(ProtocolFactory factory,
                                        std::string path) {
  Socket socket = Socket::create(AF_UNIX);
  socket.set_nonblocking();
  co_await sock_connect(socket, Address::unix_path(path));
  Connection connection =
      co_await create_connection(std::move(factory), std::move(socket));
  co_return connection;
}

Coro<Connection> connect_read_pipe(ProtocolFactory factory, Descriptor pipe) {
  Ref<BaseProtocol> protocol = factory();
  Future<> made = create_future();
  Ref<Transport> transport = ReadPipeTransport::make(
      get_running_loop(), std::move(pipe), protocol, made);
  Connection connection =
      co_await when_made(std::move(transport), std::move(protocol), made);
  co_return connection;
}

Coro<Connection> connect_write_pipe(ProtocolFactory factory, Descriptor pipe) {
  Ref<BaseProtocol> protocol = factory();
  Future<> made = create_future();
  Ref<Transport> transport = WritePipeTransport::make(
      get_running_loop(), std::move(pipe), protocol, made);
  Connection connection =
      co_await when_made(std::move(transport), std::move(protocol), made);
  co_return connection;
}

}  // namespace asyncio
