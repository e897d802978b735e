#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "01-blocking-socket/two_clients.hpp"
#include "02-threads/echo_server.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;

std::mutex mutex;
std::vector<std::string> events;

void remember(int client, const char* event) {
  const std::lock_guard lock(mutex);
  events.push_back(std::to_string(client) + " " + event);
}

// A server for so many clients, with at most so many threads.
class Server {
 public:
  Server(int clients, std::size_t threads)
      : pool_(threads), thread_([this, clients] {
          echo::serve(listener_, clients, remember, pool_);
        }) {
    const std::lock_guard lock(mutex);
    events.clear();
  }
  Address address() const { return listener_.local_address(); }
  void join() {
    thread_.join();
    pool_.shutdown();
  }

 private:
  Socket listener_ = Socket::listen_on(Address::loopback(0));
  asyncio::ThreadPool pool_;
  std::thread thread_;
};

TEST("the second client is answered while the first stays and is silent") {
  Server server(2, 2);
  {
    Socket first = echo::connect_to(server.address());
    Socket second = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(second, "two"), "two");
    second.close();
    CHECK_EQ(echo::ask(first, "one"), "one");
  }
  server.join();
}

TEST("with one thread it is the blocking server again") {
  Server server(2, 1);
  {
    Socket first = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(first, "one"), "one");
    Socket second = echo::connect_to(server.address());
    second.send_all("two");
    CHECK_EQ(echo::ask(first, "three"), "three");
    second.set_nonblocking();
    char buffer[16];
    CHECK(!second.try_recv(buffer, sizeof buffer));
    second.set_nonblocking(false);
    first.close();
    CHECK_EQ(second.recv(buffer, sizeof buffer), 3);
  }
  server.join();
  const std::lock_guard lock(mutex);
  std::erase(events, "2 comes");  // accepted by the other thread, at any time
  CHECK_EQ(events, std::vector<std::string>{"1 comes", "1 leaves", "2 leaves"});
}

TEST("a hundred clients at once all get their answer") {
  Server server(100, 100);
  {
    std::vector<Socket> clients;
    for (int i = 0; i < 100; ++i) {
      clients.push_back(echo::connect_to(server.address()));
    }
    for (int i = 99; i >= 0; --i) {
      const std::string text = "client " + std::to_string(i);
      CHECK_EQ(echo::ask(clients[static_cast<std::size_t>(i)], text), text);
    }
  }
  server.join();
}

}  // namespace
