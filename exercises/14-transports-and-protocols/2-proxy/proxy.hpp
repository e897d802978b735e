#pragma once

#include <exception>
#include <string_view>

#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/transport.hpp"

namespace exercise {

// A Side is one half of a proxy: the protocol of the connection to the client,
// or of that to the server. What comes in on one side goes out on the other.
// Either may be connected first.
class Side final : public asyncio::Protocol {
 public:
  // Makes a pair of them, before either is connected.
  static void join(Side& a, Side& b) {
    a.other_ = &b;
    b.other_ = &a;
  }
  ~Side() override {
    if (other_) other_->other_ = nullptr;
  }

  void connection_made(asyncio::Transport& transport) override {
    transport_ = &transport;
    // TODO: data that come before the other side is connected must wait.
  }
  void data_received(std::string_view data) override {
    // TODO: pass them on.
    (void)data;
  }
  bool eof_received() override {
    // TODO: pass the end on; the other half of the connection lives on, until
    // it has ended as well. What do true and false mean here?
    return false;
  }
  // TODO: and two functions for the back pressure.

  void connection_lost(std::exception_ptr) override {
    transport_ = nullptr;
    // TODO: the other side cannot go on alone.
  }

 private:
  // The other side's transport; nullptr while it is not connected.
  asyncio::Transport* other() const noexcept {
    return other_ ? other_->transport_ : nullptr;
  }

  Side* other_ = nullptr;  // nullptr once it is gone
  asyncio::Transport* transport_ = nullptr;  // while it is connected
};

}  // namespace exercise
