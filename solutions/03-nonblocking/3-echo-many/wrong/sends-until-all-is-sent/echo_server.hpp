// The test says: visit() has not returned for 10 seconds
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <system_error>
#include <utility>

#include "common/socket.hpp"

namespace exercise {

// An EchoServer sends back to each client what it is sent. One thread, and no
// call of it waits. It owns the listener and the clients.
class EchoServer {
 public:
  explicit EchoServer(asyncio::Socket listener)
      : listener_(std::move(listener)) {
    listener_.set_nonblocking();
  }

  // One round: whoever has come is a client now, and each client goes on as
  // far as it can.
  void visit() {
    accept_all();
    for (auto next = clients_.begin(); next != clients_.end();) {
      next = serve(*next) ? std::next(next) : clients_.erase(next);
    }
  }

  std::size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    asyncio::Socket socket;
    std::string unsent = {};  // what is to be sent back
    bool finished = false;    // it will send no more
  };

  // The new sockets do not block, either.
  void accept_all() {
    while (auto socket = listener_.try_accept()) {
      clients_.push_back(Client{std::move(*socket)});
    }
  }

  // False if nothing is left to do for it.
  static bool serve(Client& client) {
    try {
      if (!client.finished) receive(client);
      if (!client.unsent.empty()) send(client);
    } catch (const std::system_error&) {  // broken
      return false;
    }
    return !client.finished || !client.unsent.empty();
  }

  static void receive(Client& client) {
    char buffer[4096];
    const auto size = client.socket.try_recv(buffer, sizeof buffer);
    if (!size) return;
    client.unsent.append(buffer, *size);
    client.finished = *size == 0;
  }

  static void send(Client& client) {
    while (!client.unsent.empty()) {
      const auto size = client.socket.try_send(client.unsent);
      if (size) client.unsent.erase(0, *size);
    }
  }

  asyncio::Socket listener_;
  std::list<Client> clients_;
};

}  // namespace exercise
