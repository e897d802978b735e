#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "10-tasks/socket_call.hpp"
#include "common/socket.hpp"

namespace asyncio {

// The socket calls of asyncio's loop, for the running one. Each tries at
// once, and suspends only when the kernel says that it would block. The
// socket must be non-blocking, and it, and what is sent, must outlive the
// call. One call at a time may wait to read, and one to write.
//
// Each throws std::system_error with operation, peer and cause; cancelling
// takes nothing from the socket, though a cancelled sock_sendall may have
// sent a part.

// loop.sock_connect(). Throws "connect 127.0.0.1:9: Connection refused".
Coro<void> sock_connect(Socket& socket, Address address);

// loop.sock_accept(); the peer is peer_address() of the result, which is
// non-blocking.
Coro<Socket> sock_accept(Socket& listener);

class RecvCall : public SocketCall {
 public:
  // After a read that did not fill its buffer the kernel has no more, and
  // asking it would only cost a system call.
  bool await_ready() { return !from_.drained() && attempt(); }

 protected:
  explicit RecvCall(Socket& from) noexcept
      : SocketCall(from, EVENT_READ), from_(from) {}
  Socket& from_;
};

class SockRecv final : public RecvCall {
 public:
  using Result = std::string;
  SockRecv(Socket& from, std::size_t size) noexcept
      : RecvCall(from), size_(size) {}
  std::string await_resume() {
    end();
    return std::move(data_);
  }

 private:
  bool attempt() override;
  const std::size_t size_;
  std::string data_;
};

class SockRecvInto final : public RecvCall {
 public:
  using Result = std::size_t;
  SockRecvInto(Socket& from, std::span<char> buffer) noexcept
      : RecvCall(from), buffer_(buffer) {}
  std::size_t await_resume() const {
    end();
    return size_;
  }

 private:
  bool attempt() override;
  const std::span<char> buffer_;
  std::size_t size_ = 0;
};

class SockSendall final : public SocketCall {
 public:
  using Result = void;
  SockSendall(Socket& to, std::string_view data) noexcept
      : SocketCall(to, EVENT_WRITE), to_(to), data_(data) {}
  void await_resume() const { end(); }

 private:
  bool attempt() override;
  Socket& to_;
  std::string_view data_;  // what is not sent yet
};

// loop.sock_recv(): what has come, at most `size` bytes; empty at the end.
inline SocketAwaitable<SockRecv, Socket, std::size_t> sock_recv(
    Socket& socket, std::size_t size) noexcept {
  return {socket, size};
}

// loop.sock_recv_into(): the same into a buffer; how many bytes, 0 at the
// end.
inline SocketAwaitable<SockRecvInto, Socket, std::span<char>> sock_recv_into(
    Socket& socket, std::span<char> buffer) noexcept {
  return {socket, buffer};
}

// loop.sock_sendall(): returns when the kernel has taken every byte.
inline SocketAwaitable<SockSendall, Socket, std::string_view> sock_sendall(
    Socket& socket, std::string_view data) noexcept {
  return {socket, data};
}

}  // namespace asyncio
