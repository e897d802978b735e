#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "06-state-machines/machine.hpp"
#include "common/socket.hpp"

namespace exercise {

// Counts the bytes that a client sends, and tells it their number at the end.
// The blocking function, to compare:
//
//   void count(Socket& client) {
//     char buffer[4096];
//     std::size_t count = 0;
//     while (const std::size_t size = client.recv(buffer, sizeof buffer)) {
//       count += size;
//     }
//     client.send_all(std::to_string(count) + " bytes\n");
//   }
class CountMachine : public asyncio::Machine {
 public:
  CountMachine(asyncio::EventLoop& loop, asyncio::Socket client)
      : Machine(loop), client_(std::move(client)) {
    client_.set_nonblocking();
  }

  enum State { RECEIVE, SEND };

 private:
  Machine* step() override {
    char buffer[4096];
    switch (state()) {
      case RECEIVE:
        for (;;) {
          const auto size = client_.try_recv(buffer, sizeof buffer);
          if (!size) return wait_readable(client_, RECEIVE);
          if (*size == 0) break;
          count_ += *size;
        }
        answer_ = std::to_string(count_) + " bytes\n";
        unsent_ = answer_;
        return go_to(SEND);
      case SEND: {
        const auto size = client_.try_send(unsent_);
        if (!size) return wait_writable(client_, SEND);
        unsent_.remove_prefix(*size);
        return unsent_.empty() ? finish() : go_to(SEND);
      }
    }
    return nullptr;
  }

  asyncio::Socket client_;
  std::size_t count_ = 0;  // lives across the wait
  std::string answer_;
  std::string_view unsent_;  // a part of answer_
};

}  // namespace exercise
