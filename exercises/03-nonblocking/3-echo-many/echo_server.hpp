#pragma once

#include <cstddef>
#include <list>
#include <string>
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
    // TODO: for each client, receive what has come, and send back what the
    // kernel takes. Forget those that are done or broken.
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

  asyncio::Socket listener_;
  std::list<Client> clients_;
};

}  // namespace exercise
