// two_clients() is an experiment on an echo server: a first client connects
// and says nothing; a second connects and asks. It prints what they see. The
// servers of chapters 01 and 02 run it on themselves. The second client has so
// much patience before the first one leaves.
//
// Not part of the library: for programs and tests.

#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

#include "common/socket.hpp"

namespace echo {

inline asyncio::Socket connect_to(const asyncio::Address& server) {
  asyncio::Socket socket = asyncio::Socket::create(server.family());
  socket.connect(server);
  return socket;
}

// What comes back, as long as `text`. One recv() may bring less than that.
inline std::string ask(asyncio::Socket& socket, const std::string& text) {
  socket.send_all(text);
  std::string answer(text.size(), ' ');
  std::size_t received = 0;
  while (received < answer.size()) {
    const std::size_t size =
        socket.recv(&answer[received], answer.size() - received);
    if (size == 0) break;
    received += size;
  }
  answer.resize(received);
  return answer;
}

inline void two_clients(const asyncio::Address& server,
                        std::chrono::milliseconds patience) {
  asyncio::Socket first = connect_to(server);
  std::puts("first connects and says nothing");
  asyncio::Socket second = connect_to(server);
  std::puts("second connects and asks");
  second.set_timeout(patience);
  try {
    std::printf("second gets \"%s\"\n", ask(second, "anybody there?").c_str());
    std::puts("first leaves");
    return;
  } catch (const std::system_error& error) {
    std::printf("second waits in vain: %s\n", error.what());
  }
  first.close();
  std::puts("first leaves");
  second.set_timeout({});
  char buffer[64];  // its question has waited in the server's kernel
  const std::size_t size = second.recv(buffer, sizeof buffer);
  std::printf("second gets \"%.*s\"\n", static_cast<int>(size), buffer);
}

}  // namespace echo
