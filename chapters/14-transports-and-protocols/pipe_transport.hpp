#pragma once

#include "14-transports-and-protocols/transport_core.hpp"
#include "14-transports-and-protocols/write_buffer.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

// A PipeTransport is the transport of one end of a pipe, or of another
// descriptor that is used one way only: a terminal, one half of a Unix
// socket. It follows CPython's _UnixReadPipeTransport and
// _UnixWritePipeTransport; this is what the two have in common.
//
// The descriptor becomes non-blocking, and with it every copy of it: also
// the shell's, if it is the terminal's.
//
// Ownership: it owns its descriptor; see BaseTransport. Thread: the loop's.
class PipeTransport : public Transport, protected TransportCore {
 public:
  EventLoop& loop() const override { return TransportCore::loop(); }
  bool is_closing() const noexcept override { return closing_; }
  ExtraInfo get_extra_info() const override;
  void set_protocol(Ref<BaseProtocol> protocol) override;
  Ref<BaseProtocol> get_protocol() const override;

 protected:
  // Throws std::invalid_argument if it is no pipe, socket or terminal.
  PipeTransport(EventLoop& loop, Descriptor pipe);
  ~PipeTransport() override = default;

  RefCounted& self() noexcept override { return *this; }
  void close_it() override { close(); }
  void tell_connected() override;
  void stop_io() noexcept override;
  void close_descriptor() noexcept override { pipe_.reset(); }

  // Reports every error but `silent`, which the peer's end causes.
  void pipe_error(int silent, const char* message);

  Descriptor pipe_;
};

// The end that is read. Its protocol must be a Protocol.
class ReadPipeTransport final : public PipeTransport {
 public:
  static Ref<Transport> make(EventLoop& loop, Descriptor pipe,
                             Ref<BaseProtocol> protocol, Future<> connected);

  void close() override;
  void abort() override { close(); }
  void pause_reading() override;
  void resume_reading() override;
  bool is_reading() const noexcept override { return !closing_ && !paused_; }
  void set_protocol(Ref<BaseProtocol> protocol) override;

  // What it cannot do: std::logic_error.
  void write(std::string_view) override;
  void write_eof() override;
  bool can_write_eof() const noexcept override { return false; }
  void set_write_buffer_limits(std::optional<std::size_t>,
                               std::optional<std::size_t>) override;
  WriteBufferLimits get_write_buffer_limits() const noexcept override {
    return {0, 0};
  }
  std::size_t get_write_buffer_size() const noexcept override { return 0; }

 private:
  using PipeTransport::PipeTransport;
  void start_reading() override;
  void read_ready();
  void end_of_file();
  void drop_buffer() noexcept override {}
  std::size_t buffer_size() const noexcept override { return 0; }

  bool paused_ = false;
};

// The end that is written. write_eof() closes it, since nothing else tells
// the reader of the end; what is written after that is dropped.
//
// Writing to a pipe that nobody reads raises SIGPIPE, and no flag prevents
// that: the first of these makes the process ignore SIGPIPE, if it has no
// handler, as Python does at its start.
class WritePipeTransport final : public PipeTransport {
 public:
  static Ref<Transport> make(EventLoop& loop, Descriptor pipe,
                             Ref<BaseProtocol> protocol, Future<> connected);

  void close() override { write_eof(); }
  void abort() override { force_close(nullptr); }
  void write(std::string_view data) override;
  void write_eof() override;
  void set_write_buffer_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) override {
    set_limits(high, low);
  }
  WriteBufferLimits get_write_buffer_limits() const noexcept override {
    return {low_water_, high_water_};
  }
  std::size_t get_write_buffer_size() const noexcept override {
    return buffer_.size();
  }

  // What it cannot do: std::logic_error.
  void pause_reading() override;
  void resume_reading() override;
  bool is_reading() const noexcept override { return false; }

 private:
  using PipeTransport::PipeTransport;
  void start_reading() override;
  void reader_gone();
  void write_ready();
  std::size_t send(std::string_view data);
  void drop_buffer() noexcept override { buffer_.clear(); }
  std::size_t buffer_size() const noexcept override { return buffer_.size(); }

  WriteBuffer buffer_;
};

}  // namespace asyncio
