#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/socket.hpp"

namespace exercise {

// TODO: find the mistake: a long message arrives, and some of it twice.

// An Outbox keeps what is still to be sent on one non-blocking socket, in the
// order in which it was written.
class Outbox {
 public:
  void write(std::string_view data) { unsent_ += data; }

  // Sends what the kernel takes now. True if nothing is left.
  bool flush(asyncio::Socket& socket) {
    std::size_t sent = 0;
    while (sent < unsent_.size()) {
      const std::string_view rest = std::string_view(unsent_).substr(sent);
      const auto taken = socket.try_send(rest);
      if (!taken) return false;
      sent += *taken;
    }
    unsent_.clear();
    return true;
  }

 private:
  std::string unsent_;
};

}  // namespace exercise
