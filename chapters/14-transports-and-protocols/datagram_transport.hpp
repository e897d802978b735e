#pragma once

#include <deque>
#include <memory>
#include <string>

#include "14-transports-and-protocols/io_watch.hpp"
#include "14-transports-and-protocols/transport_core.hpp"
#include "common/socket.hpp"

namespace asyncio {

// A SocketDatagramTransport is the transport of a datagram socket, UDP or
// Unix. It follows CPython's _SelectorDatagramTransport.
//
// Ownership: it owns its socket; see BaseTransport. Thread: the loop's.
class SocketDatagramTransport final : public DatagramTransport,
                                      private TransportCore {
 public:
  // Takes over a non-blocking socket. `remote`: where sendto() sends to, and
  // `connected_to_it` says that the socket itself knows.
  static Ref<SocketDatagramTransport> make(EventLoop& loop, Socket socket,
                                           Ref<DatagramProtocol> protocol,
                                           std::optional<Address> remote,
                                           bool connected_to_it,
                                           Future<> connected);

  EventLoop& loop() const override { return TransportCore::loop(); }
  const Socket& socket() const noexcept { return socket_; }
  using TransportCore::context;
  std::string describe() const { return "datagram transport"; }

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
    return buffered_bytes_;
  }
  void sendto(std::string_view data,
              const std::optional<Address>& to) override;

 private:
  struct Datagram {
    std::string data;
    std::optional<Address> to;
  };

  SocketDatagramTransport(EventLoop& loop, Socket socket);
  ~SocketDatagramTransport() override = default;

  DatagramProtocol& protocol() const noexcept {
    return static_cast<DatagramProtocol&>(*protocol_);
  }
  void read_ready();
  void write_ready();
  void pop_front();
  bool try_send(std::string_view data, const std::optional<Address>& to);
  void tell_error();  // in a catch block

  RefCounted& self() noexcept override { return *this; }
  void close_it() override { close(); }
  void tell_connected() override;
  void start_reading() override;
  void stop_io() noexcept override;
  void close_descriptor() noexcept override { socket_.close(); }
  void drop_buffer() noexcept override;
  std::size_t buffer_size() const noexcept override { return buffered_bytes_; }

  Socket socket_;
  IoWatch<SocketDatagramTransport, EVENT_READ,
          &SocketDatagramTransport::read_ready>
      reader_;
  IoWatch<SocketDatagramTransport, EVENT_WRITE,
          &SocketDatagramTransport::write_ready>
      writer_;
  std::optional<Address> remote_;
  bool connected_to_it_ = false;
  std::deque<Datagram> buffer_;
  std::size_t buffered_bytes_ = 0;
};

}  // namespace asyncio
