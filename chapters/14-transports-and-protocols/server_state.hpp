// Private to this chapter.

#pragma once

#include <memory>
#include <vector>

#include "09-futures/future.hpp"
#include "14-transports-and-protocols/io_watch.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "common/socket.hpp"

namespace asyncio {

class OpenServers;

// A ServerState is what the copies of a Server share: CPython's Server. It
// counts its connections, and knows who waits for the last one.
//
// Ownership: shared; the loop holds it until close(). Thread: the loop's.
class ServerState : public RefCounted {
 public:
  ServerState(EventLoop& loop, std::vector<Socket> sockets,
              ProtocolFactory factory, int backlog);

  EventLoop& loop() const noexcept { return loop_; }
  std::vector<Address> addresses() const;
  bool is_serving() const noexcept { return serving_; }
  bool is_closed() const noexcept { return closed_; }

  void start();  // throws std::system_error "listen ..."
  void close();
  void for_clients(bool abort);

  // Of each connection's transport.
  void attach() noexcept { ++connections_; }
  void detach();

  // An empty future if nothing has to be waited for.
  Future<> closed();
  Future<>& forever() noexcept { return forever_; }

 private:
  // One socket that listens.
  class Listener : public RefCounted {
   public:
    Listener(ServerState& server, Socket socket)
        : server_(server), socket_(std::move(socket)), watch_(*this) {}
    EventLoop& loop() const noexcept { return server_.loop(); }
    const Socket& socket() const noexcept { return socket_; }
    Context& context() noexcept { return context_; }
    std::string describe() const { return "server"; }
    void start();
    void close() noexcept;

   private:
    void accept_ready();
    bool accept_one();
    void pause_and_report(const std::system_error& error);

    ServerState& server_;
    Socket socket_;
    IoWatch<Listener, EVENT_READ, &Listener::accept_ready> watch_;
    TimerHandle retry_;
    Context context_ = Context::current();
  };

  void accepted(Socket socket);
  void make_connection(Socket socket);
  void wake_up();

  EventLoop& loop_;
  OpenServers& open_servers_;
  std::vector<Ref<Listener>> listeners_;
  ProtocolFactory factory_;
  const int backlog_;
  std::size_t connections_ = 0;
  bool serving_ = false;
  bool closed_ = false;
  bool waked_up_ = false;
  std::vector<Future<>> waiters_;
  Future<> forever_;  // of serve_forever(), while it waits
};

// The servers of a loop that are not closed. A service.
class OpenServers {
 public:
  explicit OpenServers(EventLoop&) {}
  ~OpenServers();

 private:
  friend class ServerState;
  std::vector<Ref<ServerState>> servers_;
};

}  // namespace asyncio
