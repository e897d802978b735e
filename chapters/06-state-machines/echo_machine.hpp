// answer() of chapter 01, as a machine. The blocking function, to compare:
//
//   void answer(Socket& client) {
//     char buffer[4096];
//     while (const std::size_t size = client.recv(buffer, sizeof buffer)) {
//       client.send_all({buffer, size});
//     }
//   }
//
// An Answer owns its connection. It belongs to the loop's thread.
//
// Not part of the library: for programs and tests.

#pragma once

#include <string_view>
#include <utility>

#include "06-state-machines/machine.hpp"
#include "common/socket.hpp"

namespace echo {

class Answer : public asyncio::Machine {
 public:
  Answer(asyncio::EventLoop& loop, asyncio::Socket client)
      : Machine(loop), client_(std::move(client)) {
    client_.set_nonblocking();
  }

  enum State { RECEIVE, SEND };

 private:
  Machine* step() override {
    switch (state()) {
      case RECEIVE: {  // while (size = client.recv(buffer, sizeof buffer)) {
        const auto size = client_.try_recv(buffer_, sizeof buffer_);
        if (!size) return wait_readable(client_, RECEIVE);
        if (*size == 0) return finish();
        unsent_ = {buffer_, *size};
        return go_to(SEND);
      }
      case SEND: {  //   client.send_all({buffer, size}); }
        const auto size = client_.try_send(unsent_);
        if (!size) return wait_writable(client_, SEND);
        unsent_.remove_prefix(*size);
        return go_to(unsent_.empty() ? RECEIVE : SEND);
      }
    }
    return nullptr;
  }

  asyncio::Socket client_;
  char buffer_[4096];
  std::string_view unsent_;  // a part of buffer_
};

}  // namespace echo
