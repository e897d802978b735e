#pragma once

#include "09-futures/future.hpp"
#include "14-transports-and-protocols/io_watch.hpp"
#include "14-transports-and-protocols/transport_core.hpp"
#include "14-transports-and-protocols/write_buffer.hpp"
#include "common/socket.hpp"

namespace asyncio {

class ServerState;

// A SocketTransport is the transport of a connected stream socket, TCP or
// Unix. It follows CPython's _SelectorSocketTransport: the same calls in the
// same iterations, so that a protocol sees the same order of events.
//
// An idle one costs about 230 bytes: there is no buffer to read into (all
// transports of a loop share one), and the buffer of what is to be sent
// exists only while something is.
//
// Ownership: it owns its socket; see BaseTransport. Thread: the loop's.
class SocketTransport final : public Transport, private TransportCore {
 public:
  // For server.cpp and connection.cpp: takes over a connected, non-blocking
  // socket. The protocol is told connection_made() in the next iteration;
  // then reading begins, and `connected` is completed, if there is one.
  static Ref<SocketTransport> make(EventLoop& loop, Socket socket,
                                   Ref<BaseProtocol> protocol,
                                   Future<> connected, Ref<ServerState> server);

  EventLoop& loop() const override { return TransportCore::loop(); }
  const Socket& socket() const noexcept { return socket_; }
  using TransportCore::context;
  std::string describe() const { return "socket transport"; }

  void close() override;
  void abort() override { force_close(nullptr); }
  bool is_closing() const noexcept override { return closing_; }
  ExtraInfo get_extra_info() const override;
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

  void pause_reading() override;
  void resume_reading() override;
  bool is_reading() const noexcept override { return !closing_ && !paused_; }
  void write(std::string_view data) override;
  void write_eof() override;
  void set_protocol(Ref<BaseProtocol> protocol) override;
  Ref<BaseProtocol> get_protocol() const override;

 private:
  SocketTransport(EventLoop& loop, Socket socket, Ref<BaseProtocol> protocol);
  ~SocketTransport() override;

  void read_ready();
  void read_into(BufferedProtocol& protocol);
  void end_of_file();
  void write_ready();
  std::size_t send(std::string_view data);

  RefCounted& self() noexcept override { return *this; }
  const void* accepted_by() const noexcept override { return server_.get(); }
  void close_it() override { close(); }
  void tell_connected() override;
  void start_reading() override;
  void stop_io() noexcept override;
  void close_descriptor() noexcept override { socket_.close(); }
  void drop_buffer() noexcept override { buffer_.clear(); }
  std::size_t buffer_size() const noexcept override { return buffer_.size(); }
  void detached() noexcept override;

  bool paused_ = false;    // by pause_reading()
  bool at_end_ = false;    // the peer has sent all
  bool eof_ = false;       // write_eof() was called
  bool buffered_ = false;  // the protocol is a BufferedProtocol
  Socket socket_;
  IoWatch<SocketTransport, EVENT_READ, &SocketTransport::read_ready> reader_;
  IoWatch<SocketTransport, EVENT_WRITE, &SocketTransport::write_ready> writer_;
  WriteBuffer buffer_;
  Ref<ServerState> server_;  // that has accepted it
};

}  // namespace asyncio
