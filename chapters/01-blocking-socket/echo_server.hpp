// An echo server sends back what it is sent. This one serves one client to the
// end before it looks for the next: both of its functions block.
//
// The functions own nothing and use the thread that calls them. Ctrl-C ends
// them with asyncio::Interrupted (where an Interrupt exists).
//
// Not part of the library: for programs and tests.

#pragma once

#include <cstddef>
#include <exception>

#include "common/socket.hpp"

namespace echo {

// Told what happens: the client's number, from 1 on, and "comes", "leaves" or
// an error. Called on the thread that serves this client.
using Log = void (*)(int client, const char* event);

// Answers one client until it has no more to say. Throws std::system_error
// when the connection breaks.
inline void answer(asyncio::Socket& client) {
  char buffer[4096];
  while (const std::size_t size = client.recv(buffer, sizeof buffer)) {
    client.send_all({buffer, size});
  }
}

// Serves `clients` clients, one after another; 0: never ends by itself. A
// connection that breaks ends that client and not the server.
inline void serve(asyncio::Socket& listener, int clients, Log log) {
  for (int number = 1; clients == 0 || number <= clients; ++number) {
    asyncio::Socket client = listener.accept();
    log(number, "comes");
    try {
      answer(client);
      log(number, "leaves");
    } catch (const std::exception& error) {
      log(number, error.what());
    }
  }
}

}  // namespace echo
