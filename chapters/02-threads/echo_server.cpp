// The echo server with a thread for each client, as a program.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows what it mends: the second of two clients

#include "02-threads/echo_server.hpp"

#include <unistd.h>

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

constexpr std::size_t most_clients = 1000;

void print(int client, const char* event) {
  std::printf("client %d: %s\n", client, event);
  std::fflush(stdout);
}

void show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  asyncio::ThreadPool pool(most_clients);
  std::thread server([&] {
    echo::serve(
        listener, 2, [](int, const char*) {}, pool);
  });
  echo::two_clients(listener.local_address(), std::chrono::minutes(1));
  server.join();
}

void serve(std::uint16_t port) {
  const asyncio::Interrupt interrupt;
  Socket listener = Socket::listen_on(Address::loopback(port));
  std::printf("listening on %s\n", listener.local_address().str().c_str());
  std::fflush(stdout);
  asyncio::ThreadPool pool(most_clients);
  try {
    echo::serve(listener, 0, print, pool);
  } catch (const asyncio::Interrupted&) {
    // Its clients may stay for ever, and a thread cannot be told to give up a
    // blocking call. Leaving the process ends them all.
    std::fflush(stdout);
    ::_exit(0);
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
