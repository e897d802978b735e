// The echo server with tasks.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows it: the second of two clients does not wait

#include "10-tasks/echo_server.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::Socket;

Coro<Socket> connect_to(Address server) {
  Socket socket = Socket::create(server.family());
  socket.set_nonblocking();
  co_await asyncio::sock_connect(socket, server);
  co_return socket;
}

// two_clients() of chapter 01. Its calls no longer block, so the server and
// both clients can live in one thread.
Coro<> two_clients(Address server) {
  Socket first = co_await connect_to(server);
  std::puts("first connects and says nothing");
  Socket second = co_await connect_to(server);
  std::puts("second connects and asks");
  co_await asyncio::sock_sendall(second, "anybody there?");
  std::string answer = co_await asyncio::sock_recv(second, 64);
  std::printf("second gets \"%s\"\n", answer.c_str());
  std::puts("first leaves");
}

Coro<> show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  Address address = listener.local_address();
  asyncio::create_task(echo::serve(std::move(listener)));
  co_await two_clients(address);
}

void serve(std::uint16_t port) {
  Socket listener = Socket::listen_on(Address::loopback(port));
  std::printf("listening on %s\n", listener.local_address().str().c_str());
  std::fflush(stdout);
  asyncio::run(echo::serve(std::move(listener)));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 1) {
      asyncio::run(show());
    } else {
      serve(static_cast<std::uint16_t>(std::atoi(argv[1])));
    }
  } catch (const asyncio::Interrupted&) {
    std::puts("stopped");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
