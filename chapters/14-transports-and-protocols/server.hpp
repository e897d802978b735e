#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "08-coroutines/coro.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/server_state.hpp"
#include "common/socket.hpp"

namespace asyncio {

// Types with constructors: g++ 12 must not see an aggregate temporary in a
// co_await expression.
struct ServerOptions {
  ServerOptions() {}
  int backlog = 100;          // connections that wait to be accepted
  bool reuse_port = false;    // several processes may listen on one port
  bool start_serving = true;  // at once, without start_serving()
};

// A Server accepts connections, and gives each a transport and a protocol
// from its factory. It is asyncio.Server: a handle, whose copies share one
// server. The loop keeps the server until it is closed, handle or not.
//
// When a connection cannot be accepted since the process or the system has
// no descriptor or no memory left, the loop's exception handler is told, and
// the server tries again after a second; whoever is connected is served
// meanwhile. Thread: the loop's.
class Server {
 public:
  Server() = default;  // empty; may only be assigned to
  explicit Server(Ref<ServerState> state) noexcept
      : state_(std::move(state)) {}

  // Where it listens; nowhere when it is closed.
  std::vector<Address> addresses() const;
  std::uint16_t port() const;  // of the first; 0 if there is none

  bool is_serving() const noexcept { return state_->is_serving(); }
  EventLoop& get_loop() const noexcept { return state_->loop(); }

  // Accepts no more. Connections live on. Harmless when closed.
  void close() const { state_->close(); }
  // Closes, or aborts, the transports of all connections.
  void close_clients() const { state_->for_clients(false); }
  void abort_clients() const { state_->for_clients(true); }

  // Begins to accept. Harmless when it has begun.
  Coro<> start_serving() const;
  // Accepts until it is cancelled, and then closes the server and waits for
  // its connections. Throws std::runtime_error if the server is closed, or
  // awaited here already.
  Coro<> serve_forever() const;
  // Returns once the server is closed and its last connection is lost.
  Coro<> wait_closed() const;

 private:
  Ref<ServerState> state_;
};

// Listens on each address of `host` that this machine has ("": on all), calls
// `factory` for each connection. Port 0: a free one. Throws
// std::system_error "bind 127.0.0.1:80: Permission denied", and then
// listens nowhere. loop.create_server() of asyncio.
Coro<Server> create_server(ProtocolFactory factory, std::string host,
                           std::uint16_t port, ServerOptions options = {});

// On a socket that is bound already, and perhaps listens: one that was made
// before a fork, or by who started the program.
Coro<Server> create_server(ProtocolFactory factory, Socket listener,
                           ServerOptions options = {});

// On a Unix socket. What an earlier server has left at `path` is removed.
// A path that begins with a zero byte is an abstract name of Linux.
Coro<Server> create_unix_server(ProtocolFactory factory, std::string path,
                                ServerOptions options = {});

}  // namespace asyncio
