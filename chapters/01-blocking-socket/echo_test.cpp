#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "01-blocking-socket/echo_server.hpp"
#include "01-blocking-socket/two_clients.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;

std::vector<std::string> events;  // the server's; read once it has ended

void remember(int client, const char* event) {
  events.push_back(std::to_string(client) + " " + event);
}

// A server for so many clients, on a thread of its own.
class Server {
 public:
  explicit Server(int clients)
      : thread_(
            [this, clients] { echo::serve(listener_, clients, remember); }) {
    events.clear();
  }
  Address address() const { return listener_.local_address(); }
  void join() { thread_.join(); }

 private:
  Socket listener_ = Socket::listen_on(Address::loopback(0));
  std::thread thread_;
};

TEST("what a client sends comes back") {
  Server server(1);
  {
    Socket client = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(client, "hello"), "hello");
    const std::string long_text(50'000, 'x');
    CHECK_EQ(echo::ask(client, long_text), long_text);
  }
  server.join();
}

TEST("the second client is not answered before the first leaves") {
  Server server(2);
  {
    Socket first = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(first, "one"), "one");

    // Connecting and sending need no accept(): the server's kernel does it.
    Socket second = echo::connect_to(server.address());
    second.send_all("two");
    // The server is at work, on all that the first client says ...
    CHECK_EQ(echo::ask(first, "three"), "three");
    second.set_nonblocking();
    char buffer[16];
    CHECK(!second.try_recv(buffer, sizeof buffer));
    second.set_nonblocking(false);

    first.close();
    // ... and comes to the second when the first has gone.
    CHECK_EQ(second.recv(buffer, sizeof buffer), 3);
    CHECK_EQ(std::string(buffer, 3), "two");
  }
  server.join();
  CHECK_EQ(events, std::vector<std::string>{"1 comes", "1 leaves", "2 comes",
                                            "2 leaves"});
}

TEST("a client whose connection breaks does not end the server") {
  Server server(2);
  {
    Socket first = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(first, "one"), "one");
    // Closing with this option resets the connection instead of ending it.
    const linger reset{1, 0};
    CHECK_EQ(
        ::setsockopt(first.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset),
        0);
    first.close();
    Socket second = echo::connect_to(server.address());
    CHECK_EQ(echo::ask(second, "two"), "two");
  }
  server.join();
  CHECK_EQ(events.size(), 4);
  CHECK_EQ(events[0], "1 comes");
  CHECK(events[1].find("Connection reset by peer") != std::string::npos);
  CHECK_EQ(events[2], "2 comes");
}

}  // namespace
