// The echo server with a selector, as a program.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows what it mends: the second of two clients

#include "04-selector/echo_server.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "01-blocking-socket/two_clients.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;

void print(int client, const char* event) {
  std::printf("client %d: %s\n", client, event);
  std::fflush(stdout);
}

// The clients of the experiment block, so the server needs a thread of its own;
// it has one for both of them.
void show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  std::thread server(
      [&] { echo::Server(listener, [](int, const char*) {}).run(2); });
  echo::two_clients(listener.local_address(), std::chrono::minutes(1));
  server.join();
}

void serve(std::uint16_t port) {
  const asyncio::Interrupt interrupt;
  Socket listener = Socket::listen_on(Address::loopback(port));
  std::printf("listening on %s\n", listener.local_address().str().c_str());
  std::fflush(stdout);
  echo::Server(listener, print).run(0, interrupt.fd());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 1) {
      show();
    } else {
      serve(static_cast<std::uint16_t>(std::atoi(argv[1])));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
