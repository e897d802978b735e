// The test says: ask the SendAll for its result()
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "06-state-machines/machine.hpp"
#include "06-state-machines/socket_machines.hpp"
#include "common/socket.hpp"
#include "lookup.hpp"

namespace exercise {

// Answers each line of a client, one after the other. As a blocking function:
//
//   void serve(Socket& client) {
//     std::string bytes;  // received, and not used yet
//     for (;;) {
//       const std::size_t end = bytes.find('\n');
//       if (end == std::string::npos) {
//         char buffer[512];
//         const std::size_t size = client.recv(buffer, sizeof buffer);
//         if (size == 0) return;
//         bytes.append(buffer, size);
//       } else {
//         const std::string answer = lookup(bytes.substr(0, end));
//         bytes.erase(0, end + 1);
//         client.send_all(answer + "\n");
//       }
//     }
//   }
class LineMachine : public asyncio::Machine {
 public:
  LineMachine(asyncio::EventLoop& loop, asyncio::Socket client, Desk& desk)
      : Machine(loop), client_(std::move(client)), desk_(desk) {
    client_.set_nonblocking();
  }

  enum State { LINE, ANSWERED, SENT };

 private:
  Machine* step() override {
    switch (state()) {
      case LINE: {
        const std::size_t end = bytes_.find('\n');
        if (end == std::string::npos) {
          char buffer[512];
          const auto size = client_.try_recv(buffer, sizeof buffer);
          if (!size) return wait_readable(client_, LINE);
          if (*size == 0) return finish();
          bytes_.append(buffer, *size);
          return go_to(LINE);
        }
        lookup_.emplace(loop(), desk_, bytes_.substr(0, end));
        bytes_.erase(0, end + 1);
        return call(*lookup_, ANSWERED);
      }
      case ANSWERED:
        answer_ = lookup_->result() + "\n";
        return call(send_.emplace(loop(), client_, answer_), SENT);
      case SENT:
        return go_to(LINE);
    }
    return nullptr;
  }

  asyncio::Socket client_;
  Desk& desk_;
  std::string bytes_;   // received, and not used yet
  std::string answer_;  // what send_ sends
  std::optional<Lookup> lookup_;
  std::optional<asyncio::SendAll> send_;
};

}  // namespace exercise
