#pragma once

#include <cstdint>
#include <string>

#include "14-transports-and-protocols/transport.hpp"

namespace asyncio {

class Framing;

// A FramedTransport is a transport that wraps another: each write() is one
// message, and the protocol at the other end is given it whole, by one call
// of data_received(). What cannot be told apart in a stream of bytes, where a
// message ends, is sent in front of it: its length, in four bytes, the
// highest first.
//
// It stands where a TLS transport would: CPython's _SSLProtocolTransport and
// SSLProtocol, in sslproto.py, are built in the same way.
class FramedTransport final : public Transport {
 public:
  FramedTransport(Framing& framing, Transport& lower) noexcept
      : framing_(&framing), lower_(&lower) {}

  EventLoop& loop() const override { return lower_->loop(); }
  void close() override { lower_->close(); }
  void abort() override { lower_->abort(); }
  bool is_closing() const noexcept override { return lower_->is_closing(); }
  ExtraInfo get_extra_info() const override {
    return lower_->get_extra_info();
  }
  void set_write_buffer_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) override {
    lower_->set_write_buffer_limits(high, low);
  }
  WriteBufferLimits get_write_buffer_limits() const noexcept override {
    return lower_->get_write_buffer_limits();
  }
  std::size_t get_write_buffer_size() const noexcept override {
    return lower_->get_write_buffer_size();
  }
  void pause_reading() override { lower_->pause_reading(); }
  void resume_reading() override;
  bool is_reading() const noexcept override { return lower_->is_reading(); }
  void write(std::string_view message) override;
  void write_eof() override { lower_->write_eof(); }
  void set_protocol(Ref<BaseProtocol> protocol) override;
  Ref<BaseProtocol> get_protocol() const override;

 private:
  friend class Framing;
  Framing* framing_;  // null once the connection is lost
  Ref<Transport> lower_;
};

// A Framing is the other half: the protocol of the lower transport. It cuts
// the bytes into messages, and gives them to the protocol above, whose
// transport is a FramedTransport.
//
//     create_server([] { return make_ref<Framing>(make_ref<Chat>()); }, ...)
//
// A message that is too long ends the connection, and so does an end of file
// in the middle of one: connection_lost() then has a std::runtime_error.
class Framing final : public Protocol {
 public:
  static constexpr std::size_t kMaxMessage = 16 * 1024 * 1024;

  // Throws std::invalid_argument if `above` is no Protocol.
  explicit Framing(Ref<BaseProtocol> above) { set_above(std::move(above)); }
  ~Framing() override { part(); }

  void connection_made(Transport& lower) override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void connection_lost(std::exception_ptr error) override;
  void pause_writing() override { above_->pause_writing(); }
  void resume_writing() override { above_->resume_writing(); }

 private:
  friend class FramedTransport;
  void set_above(Ref<BaseProtocol> above);
  void deliver();
  void fail(const char* what);
  void part() noexcept;

  Transport* lower_ = nullptr;
  Ref<FramedTransport> transport_;
  Ref<Protocol> above_;
  std::string buffer_;  // what no message was made of yet
  std::exception_ptr error_;  // what fail() has found
};

}  // namespace asyncio
