// The test says: the second of three lines: expected "two", came ""
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "common/socket.hpp"

namespace exercise {

// A LineReader reads lines from a blocking socket, which it borrows.
class LineReader {
 public:
  explicit LineReader(asyncio::Socket& socket) : socket_(socket) {}

  // The next line without its newline. Nothing when the stream has ended.
  std::optional<std::string> read_line() {
    for (;;) {
      const std::size_t end = bytes_.find('\n');
      if (end != std::string::npos) {
        std::string line = bytes_.substr(0, end);
        bytes_.erase(0, end);
        return line;
      }
      char buffer[4096];
      const std::size_t came = socket_.recv(buffer, sizeof buffer);
      if (came == 0) return last_line();
      bytes_.append(buffer, came);
    }
  }

 private:
  // What has no newline behind it.
  std::optional<std::string> last_line() {
    if (bytes_.empty()) return std::nullopt;
    return std::exchange(bytes_, std::string());
  }

  asyncio::Socket& socket_;
  std::string bytes_;  // received, and not given to the caller yet
};

}  // namespace exercise
