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

  // TODO: name the states: the places where the function can go on.
  enum State { LINE };

 private:
  Machine* step() override {
    // TODO: a switch with an arm for each state. So far it ends at once.
    (void)desk_;
    return finish();
  }

  asyncio::Socket client_;
  Desk& desk_;
  // TODO: what else must be remembered across a wait? The machines that this
  // one calls are members, too.
};

}  // namespace exercise
