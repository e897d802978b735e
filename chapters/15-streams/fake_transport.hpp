// A FakeTransport is a transport without a connection: it notes what it is
// told, for tests that feed a stream by hand.
//
// Not part of the library: for programs and tests.

#pragma once

#include <string>

#include "14-transports-and-protocols/transport.hpp"

namespace test {

class FakeTransport final : public asyncio::Transport {
 public:
  explicit FakeTransport(asyncio::EventLoop& loop) : loop_(loop) {}

  std::string log;      // "pause ", "resume ", "close "
  std::string written;
  bool closing = false;

  asyncio::EventLoop& loop() const override { return loop_; }
  void close() override {
    log += "close ";
    closing = true;
  }
  void abort() override { closing = true; }
  bool is_closing() const noexcept override { return closing; }
  asyncio::ExtraInfo get_extra_info() const override { return {}; }
  void set_write_buffer_limits(std::optional<std::size_t>,
                               std::optional<std::size_t>) override {}
  asyncio::WriteBufferLimits get_write_buffer_limits() const noexcept override {
    return {0, 0};
  }
  std::size_t get_write_buffer_size() const noexcept override { return 0; }
  void pause_reading() override { log += "pause "; }
  void resume_reading() override { log += "resume "; }
  bool is_reading() const noexcept override { return true; }
  void write(std::string_view data) override { written += data; }
  void write_eof() override { log += "eof "; }
  void set_protocol(asyncio::Ref<asyncio::BaseProtocol>) override {}
  asyncio::Ref<asyncio::BaseProtocol> get_protocol() const override {
    return {};
  }

 private:
  asyncio::EventLoop& loop_;
};

}  // namespace test
