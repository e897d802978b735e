// serve() and answer() of chapter 01, as coroutines. The blocking function, to
// compare:
//
//   void answer(Socket& client) {
//     char buffer[4096];
//     while (const std::size_t size = client.recv(buffer, sizeof buffer)) {
//       client.send_all({buffer, size});
//     }
//   }
//
// Each owns its socket. They belong to the loop's thread.
//
// Not part of the library: for programs and tests.

#pragma once

#include <chrono>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "10-tasks/task.hpp"

namespace echo {

inline asyncio::Coro<> answer(asyncio::Socket client) {
  char buffer[4096];
  for (;;) {
    std::size_t size = co_await asyncio::sock_recv_into(client, buffer);
    if (size == 0) co_return;
    std::string_view data(buffer, size);
    co_await asyncio::sock_sendall(client, data);
  }
}

// A task for each client, until it is cancelled. A client whose connection
// breaks is reported by the loop, and harms no other.
inline asyncio::Coro<> serve(asyncio::Socket listener) {
  listener.set_nonblocking();
  for (;;) {
    try {
      for (;;) {
        asyncio::Socket client = co_await asyncio::sock_accept(listener);
        asyncio::create_task(answer(std::move(client)));
      }
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    // No descriptor is left, say: some may be by then.
    co_await asyncio::sleep(std::chrono::seconds(1));
  }
}

}  // namespace echo
