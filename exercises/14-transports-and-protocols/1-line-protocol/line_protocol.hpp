#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/transport.hpp"

namespace exercise {

// A LineProtocol makes lines of the bytes that come. Derive from it, and say
// in line_received() what is to be done with a line.
class LineProtocol : public asyncio::Protocol {
 public:
  // More bytes than these without the end of a line break the connection.
  static constexpr std::size_t kMaxLine = 1000;

  void connection_made(asyncio::Transport& transport) override {
    transport_ = &transport;
  }
  void data_received(std::string_view data) override {
    // TODO: call line_received() for each line that is whole. So far each
    // piece counts as a line.
    line_received(data);
  }

 protected:
  // One line, without its '\n'. It may close the transport.
  virtual void line_received(std::string_view line) = 0;

  asyncio::Transport& transport() const noexcept { return *transport_; }

 private:
  asyncio::Transport* transport_ = nullptr;
  std::string buffer_;  // what has come, and is no whole line yet
};

}  // namespace exercise
