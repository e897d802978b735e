// The blocking echo server as a program.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows its flaw: the second of two clients waits

#include "01-blocking-socket/echo_server.hpp"

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

void show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  std::thread server(
      [&] { echo::serve(listener, 2, [](int, const char*) {}); });
  echo::two_clients(listener.local_address(), std::chrono::milliseconds(500));
  server.join();
}

void serve(std::uint16_t port) {
  const asyncio::Interrupt interrupt;
  Socket listener = Socket::listen_on(Address::loopback(port));
  std::printf("listening on %s\n", listener.local_address().str().c_str());
  std::fflush(stdout);
  try {
    echo::serve(listener, 0, print);
  } catch (const asyncio::Interrupted&) {
  }
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
