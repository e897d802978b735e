#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "05-callbacks/event_loop.hpp"
#include "14-transports-and-protocols/protocol.hpp"

namespace asyncio {

// What a transport can tell about itself: get_extra_info(). An address of no
// family (AF_UNSPEC) is not known, as the peer's of a listening endpoint.
struct ExtraInfo {
  Address peername;
  Address sockname;
  int fd = -1;
};

// The marks between which a transport asks its protocol to pause writing.
struct WriteBufferLimits {
  std::size_t low;
  std::size_t high;
};

// A transport is the loop's side of a connection: it reads and tells its
// protocol, and sends what it is told to, later if need be. The classes are
// the interfaces of asyncio's transports.py; SocketTransport and the pipes
// implement them, and a transport may also wrap another (framing.hpp).
//
// Ownership: the loop keeps an open transport alive until its protocol's
// connection_lost() was called; whoever wants it longer holds a Ref. After
// that all functions are harmless. Thread: the loop's.
class BaseTransport : public RefCounted, public Pooled {
 public:
  // REQUIRES: connection_lost() was not called yet.
  virtual EventLoop& loop() const = 0;

  // Stops reading, sends what is waiting, then ends the connection.
  virtual void close() = 0;
  // Ends it now; what is waiting is lost.
  virtual void abort() = 0;
  // One of them was called, or the connection is being lost.
  virtual bool is_closing() const noexcept = 0;

  // Asked of the system when called. Throws nothing: what cannot be told is
  // left empty.
  virtual ExtraInfo get_extra_info() const = 0;

  // The water marks. Default: high is 64 KiB or four times low, low is a
  // quarter of high. Throws std::invalid_argument if low > high.
  virtual void set_write_buffer_limits(std::optional<std::size_t> high = {},
                                       std::optional<std::size_t> low = {}) = 0;
  virtual WriteBufferLimits get_write_buffer_limits() const noexcept = 0;
  // Bytes that the kernel has not taken yet.
  virtual std::size_t get_write_buffer_size() const noexcept = 0;
};

// A Transport moves a stream of bytes both ways. A pipe goes one way only:
// there, the functions of the other half throw std::logic_error.
class Transport : public BaseTransport {
 public:
  // Tells the protocol no more data until resume_reading(); the kernel then
  // makes the peer wait. Both harmless when called twice.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  virtual bool is_reading() const noexcept = 0;

  // Sends `data`: what the kernel takes at once, and the rest, of which a
  // copy is kept, when it takes more. Never waits. Does nothing when the
  // connection is lost. Throws std::runtime_error after write_eof().
  virtual void write(std::string_view data) = 0;
  // The same for several pieces, in one.
  virtual void writelines(std::span<const std::string_view> pieces);

  // Says that nothing more will be written: the peer reads an end of file
  // when all is sent. Reading goes on.
  virtual void write_eof() = 0;
  virtual bool can_write_eof() const noexcept { return true; }

  // Who is told from now on. Throws std::invalid_argument for one that this
  // transport cannot serve.
  virtual void set_protocol(Ref<BaseProtocol> protocol) = 0;
  virtual Ref<BaseProtocol> get_protocol() const = 0;
};

// A DatagramTransport sends and receives datagrams.
class DatagramTransport : public BaseTransport {
 public:
  // Sends one datagram to `to`, or, without it, to the remote address of the
  // endpoint. Throws std::invalid_argument if the endpoint has a remote
  // address and `to` is another.
  virtual void sendto(std::string_view data,
                      const std::optional<Address>& to = {}) = 0;
};

}  // namespace asyncio
