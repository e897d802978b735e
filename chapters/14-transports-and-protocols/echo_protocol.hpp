// The protocols of the echo servers in this chapter: they send back what comes,
// and read no more while the client does not take it.
//
// Not part of the library: for programs and tests.

#pragma once

#include "14-transports-and-protocols/transport.hpp"

namespace echo {

class Echo : public asyncio::Protocol {
 public:
  void connection_made(asyncio::Transport& transport) override {
    transport_ = &transport;
  }
  void data_received(std::string_view data) override {
    transport_->write(data);
  }
  void pause_writing() override { transport_->pause_reading(); }
  void resume_writing() override { transport_->resume_reading(); }

 private:
  asyncio::Transport* transport_ = nullptr;
};

class EchoDatagrams : public asyncio::DatagramProtocol {
 public:
  void connection_made(asyncio::DatagramTransport& transport) override {
    transport_ = &transport;
  }
  void datagram_received(std::string_view data,
                         const asyncio::Address& sender) override {
    transport_->sendto(data, sender);
  }

 private:
  asyncio::DatagramTransport* transport_ = nullptr;
};

}  // namespace echo
