#pragma once

#include <string>
#include <string_view>

#include "common/socket.hpp"

namespace exercise {

// An Outbox keeps what is still to be sent on one non-blocking socket, in the
// order in which it was written.
class Outbox {
 public:
  void write(std::string_view data) { unsent_ += data; }

  // Sends what the kernel takes now. True if nothing is left.
  bool flush(asyncio::Socket& socket) {
    while (!unsent_.empty()) {
      const auto taken = socket.try_send(unsent_);
      if (!taken) return false;
      unsent_.erase(0, *taken);
    }
    return true;
  }

 private:
  std::string unsent_;
};

}  // namespace exercise
