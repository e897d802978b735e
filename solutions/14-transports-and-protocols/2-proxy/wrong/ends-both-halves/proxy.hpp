// The test says: expected that both transports are open, for the answer
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
    if (other()) {
      other()->resume_reading();
    } else {
      transport.pause_reading();  // until there is somebody to write to
    }
  }
  void data_received(std::string_view data) override {
    if (other()) other()->write(data);
  }
  bool eof_received() override {
    return false;
  }
  void pause_writing() override {
    if (other()) other()->pause_reading();
  }
  void resume_writing() override {
    if (other()) other()->resume_reading();
  }
  void connection_lost(std::exception_ptr) override {
    transport_ = nullptr;
    if (other()) other()->close();
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
