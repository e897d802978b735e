// The echo server with a selector: one thread, and no client waits for
// another. What answer() of chapter 01 had in its locals, a Client keeps.
//
// A Server owns its clients and borrows the listener. It uses the thread that
// calls run(). A connection that breaks ends that client and not the server.
//
// Not part of the library: for programs and tests.

#pragma once

#include <exception>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "01-blocking-socket/echo_server.hpp"
#include "04-selector/selector.hpp"
#include "common/socket.hpp"

namespace echo {

class Server {
 public:
  Server(asyncio::Socket& listener, Log log) : listener_(listener), log_(log) {
    listener_.set_nonblocking();
    selector_->register_fd(listener_.fd(), asyncio::EVENT_READ, &listener_);
  }

  // Serves until as many clients have left, or `stop_fd` can be read. 0
  // clients, or -1, never end it.
  void run(int clients, int stop_fd = -1) {
    if (stop_fd >= 0) selector_->register_fd(stop_fd, asyncio::EVENT_READ);
    while (clients == 0 || left_ < clients) {
      selector_->select(std::nullopt, ready_);
      for (const asyncio::SelectorEvent& event : ready_) {
        if (!event.key.data) return;
        if (event.key.data == &listener_) {
          accept();
        } else {
          go_on(*static_cast<Client*>(event.key.data), event.events);
        }
      }
    }
  }

 private:
  struct Client {
    asyncio::Socket socket;
    int number;
    std::string unsent = {};
    bool finished = false;  // it will send no more
  };

  // Above this, a client that sends and does not read is not read from: its
  // own kernel then makes it wait, and the server's memory stays small.
  static constexpr std::size_t most_unsent = 64 * 1024;

  void accept() {
    try {
      while (auto socket = listener_.try_accept()) {
        Client& client =
            clients_.emplace_back(Client{std::move(*socket), ++number_});
        watch(client);
        log_(client.number, "comes");
      }
    } catch (const std::exception&) {
      // There is no descriptor left, say. The listener stays readable, so look
      // away until a client leaves. With none, it would not get better.
      clients_.remove_if([&](const Client& c) { return !watched(c); });
      if (clients_.empty()) throw;
      selector_->unregister(listener_.fd());
    }
  }

  void go_on(Client& client, int events) {
    try {
      if (events & asyncio::EVENT_READ) receive(client);
      send(client);
      if (!client.finished || !client.unsent.empty()) return watch(client);
      log_(client.number, "leaves");
    } catch (const std::exception& broken) {
      log_(client.number, broken.what());
    }
    remove(client);
  }

  static void receive(Client& client) {
    char buffer[4096];
    const auto size = client.socket.try_recv(buffer, sizeof buffer);
    if (!size) return;
    client.unsent.append(buffer, *size);
    client.finished = *size == 0;
  }

  static void send(Client& client) {
    if (client.unsent.empty()) return;
    if (const auto size = client.socket.try_send(client.unsent)) {
      client.unsent.erase(0, *size);
    }
  }

  // A socket can nearly always be written to. Ask for that only while there
  // is something to write, or select() never waits.
  void watch(Client& client) {
    const bool room = client.unsent.size() < most_unsent;
    int events = client.unsent.empty() ? 0 : asyncio::EVENT_WRITE;
    if (room && !client.finished) events |= asyncio::EVENT_READ;
    const int fd = client.socket.fd();
    if (selector_->get_key(fd)) {
      selector_->modify(fd, events, &client);
    } else {
      selector_->register_fd(fd, events, &client);
    }
  }

  bool watched(const Client& client) const {
    return selector_->get_key(client.socket.fd()) != nullptr;
  }

  void remove(Client& client) {
    selector_->unregister(client.socket.fd());  // before it is closed
    clients_.remove_if([&](const Client& c) { return &c == &client; });
    ++left_;
    if (selector_->get_key(listener_.fd())) return;
    selector_->register_fd(listener_.fd(), asyncio::EVENT_READ, &listener_);
  }

  asyncio::Socket& listener_;
  Log log_;
  std::unique_ptr<asyncio::Selector> selector_ =
      asyncio::make_default_selector();
  std::list<Client> clients_;
  std::vector<asyncio::SelectorEvent> ready_;
  int number_ = 0;
  int left_ = 0;
};

}  // namespace echo
