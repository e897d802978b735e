// The test says: registrations after the client has left: expected 1, came 2
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/socket.hpp"

namespace exercise {

// A Hub collects what its clients say. It owns the listener and the clients,
// and borrows the selector. One thread.
class Hub {
 public:
  Hub(asyncio::Selector& selector, asyncio::Socket listener)
      : selector_(selector), listener_(std::move(listener)) {
    listener_.set_nonblocking();
    selector_.register_fd(listener_.fd(), asyncio::EVENT_READ);
  }

  // One round: hears those who are ready, then lets in those who have come.
  void turn() {
    selector_.select(std::chrono::nanoseconds(0), ready_);
    for (const asyncio::SelectorEvent& event : ready_) {
      if (event.key.data) hear(*static_cast<Client*>(event.key.data));
    }
    accept_all();
  }

  const std::vector<std::string>& heard() const { return heard_; }

 private:
  struct Client {
    asyncio::Socket socket;
  };

  void hear(Client& client) {
    char buffer[100];
    const auto size = client.socket.try_recv(buffer, sizeof buffer);
    if (!size) return;
    if (*size > 0) return (void)heard_.emplace_back(buffer, *size);
    remove(client);
  }

  void accept_all() {
    while (auto socket = listener_.try_accept()) {
      watch(clients_.emplace_back(Client{std::move(*socket)}));
    }
  }

  void watch(Client& client) {
    const int fd = client.socket.fd();
    if (selector_.get_key(fd)) {
      selector_.modify(fd, asyncio::EVENT_READ, &client);
    } else {
      selector_.register_fd(fd, asyncio::EVENT_READ, &client);
    }
  }

  // Closes its socket.
  void remove(Client& client) {
    clients_.remove_if([&](const Client& c) { return &c == &client; });
  }

  asyncio::Selector& selector_;
  asyncio::Socket listener_;
  std::list<Client> clients_;
  std::vector<asyncio::SelectorEvent> ready_;
  std::vector<std::string> heard_;
};

}  // namespace exercise
