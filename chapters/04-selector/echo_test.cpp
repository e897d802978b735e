#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include "01-blocking-socket/two_clients.hpp"
#include "04-selector/echo_server.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

using asyncio::Socket;
using echo::ask;
using echo::connect_to;

namespace {

void no_log(int, const char*) {}

// A server in another thread, until as many clients have left.
class Running {
 public:
  explicit Running(int clients)
      : thread_([this, clients] {
          echo::Server(listener_, no_log).run(clients);
        }) {}
  ~Running() { thread_.join(); }

  asyncio::Address address() const { return address_; }

 private:
  Socket listener_ = Socket::listen_on(asyncio::Address::loopback(0));
  const asyncio::Address address_ = listener_.local_address();
  std::thread thread_;
};

std::string receive_all(Socket& socket) {
  std::string all;
  char buffer[4096];
  while (const std::size_t size = socket.recv(buffer, sizeof buffer)) {
    all.append(buffer, size);
  }
  return all;
}

}  // namespace

TEST("a silent client keeps no other waiting") {
  Running server(2);
  Socket silent = connect_to(server.address());
  Socket other = connect_to(server.address());
  CHECK_EQ(ask(other, "is anybody there?"), "is anybody there?");
  CHECK_EQ(ask(silent, "yes"), "yes");
}

TEST("a client that has sent its last byte still gets everything back") {
  Running server(1);
  Socket client = connect_to(server.address());
  const std::string text(20'000, 'x');
  client.send_all(text);
  client.shutdown_write();
  CHECK_EQ(receive_all(client).size(), text.size());
}

TEST("a client that does not read is not read from, and others are served") {
  Running server(2);
  Socket greedy = connect_to(server.address());
  greedy.set_nonblocking();
  const std::string block(65536, 'x');
  std::size_t taken = 0;
  // Until the server has stopped reading, and the kernel's buffers are full.
  for (int refused = 0; refused < 20;) {
    if (const auto size = greedy.try_send(block)) {
      taken += *size;
      refused = 0;
    } else {
      ++refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(taken < 256u * 1024 * 1024);
  }
  Socket other = connect_to(server.address());
  CHECK_EQ(ask(other, "still there?"), "still there?");
}

TEST("a connection that breaks ends no other") {
  Running server(2);
  Socket other = connect_to(server.address());
  {
    Socket broken = connect_to(server.address());
    CHECK_EQ(ask(broken, "x"), "x");
    const linger reset{1, 0};
    ::setsockopt(broken.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  CHECK_EQ(ask(other, "still there?"), "still there?");
}

TEST("the server ends when its stop descriptor can be read") {
  Socket listener = Socket::listen_on(asyncio::Address::loopback(0));
  asyncio::Pipe stop = asyncio::make_pipe();
  stop.write.reset();
  echo::Server(listener, no_log).run(0, stop.read.get());
}
