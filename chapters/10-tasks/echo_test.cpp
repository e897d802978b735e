// The echo server: it and its clients live in one loop, on a clock that jumps.

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "10-tasks/echo_server.hpp"
#include "10-tasks/manual_run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

// A server as a task, and how to reach it. It ends with the loop.
Address start_server() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  create_task(echo::serve(std::move(listener)));
  return address;
}

Coro<Socket> connect_to(Address address) {
  Socket socket = Socket::create(address.family());
  socket.set_nonblocking();
  co_await sock_connect(socket, address);
  co_return socket;
}

Coro<std::string> ask(Socket& socket, std::string text) {
  co_await sock_sendall(socket, text);
  std::string answer;
  while (answer.size() < text.size()) {
    std::string piece = co_await sock_recv(socket, text.size());
    if (piece.empty()) break;
    answer += piece;
  }
  co_return answer;
}

}  // namespace

TEST("a silent client keeps no other waiting") {
  const int descriptors = test::open_descriptors();
  manual_run([]() -> Coro<> {
    Address server = start_server();
    Socket silent = co_await connect_to(server);
    Socket other = co_await connect_to(server);
    std::string answer = co_await ask(other, "is anybody there?");
    CHECK_EQ(answer, "is anybody there?");
    answer = co_await ask(silent, "yes");
    CHECK_EQ(answer, "yes");
  });
  CHECK_EQ(test::open_descriptors(), descriptors);
}

TEST("a hundred clients are served at once, each its own words") {
  manual_run([]() -> Coro<> {
    Address server = start_server();
    auto talk = [](Address address, int number) -> Coro<bool> {
      Socket socket = co_await connect_to(address);
      for (int i = 0; i < 10; ++i) {
        std::string words(static_cast<std::size_t>(1 + number * i), 'x');
        words.back() = static_cast<char>('0' + number % 10);
        std::string answer = co_await ask(socket, words);
        if (answer != words) co_return false;
      }
      co_return true;
    };
    std::vector<Task<bool>> clients;
    for (int i = 0; i < 100; ++i) {
      clients.push_back(create_task(talk(server, i)));
    }
    for (Task<bool>& client : clients) {
      bool right = co_await client;
      CHECK(right);
    }
  });
}

TEST("a connection that breaks is reported, and ends no other") {
  std::string report;
  manual_run([&]() -> Coro<> {
    get_running_loop().set_exception_handler(
        [&](EventLoop&, const ExceptionContext& context) {
          report = context.message;
        });
    Address server = start_server();
    Socket other = co_await connect_to(server);
    {
      Socket broken = co_await connect_to(server);
      std::string answer = co_await ask(broken, "x");
      CHECK_EQ(answer, "x");
      const linger reset{1, 0};
      ::setsockopt(broken.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    std::string answer = co_await ask(other, "still there?");
    CHECK_EQ(answer, "still there?");
  });
  CHECK_EQ(report, "Task exception was never retrieved");
}
