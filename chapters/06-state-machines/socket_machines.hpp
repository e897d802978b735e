#pragma once

#include <cstddef>
#include <string_view>

#include "06-state-machines/machine.hpp"
#include "common/socket.hpp"

namespace asyncio {

// The blocking calls of a Socket as machines: each does what the call of the
// same name does, and waits in the loop instead of in the kernel. A caller
// keeps one as a member, calls it, and takes its result().
//
// They borrow the socket, which must be non-blocking and outlive them, and
// the memory that they read or fill. Errors are the socket's.

// socket.connect(address)
class Connect final : public Machine {
 public:
  Connect(EventLoop& loop, Socket& socket, const Address& address)
      : Machine(loop), socket_(socket), address_(address) {}

  enum State { START, WRITABLE };

 private:
  Machine* step() override;

  Socket& socket_;
  const Address address_;
};

// socket.send_all(data)
class SendAll final : public Machine {
 public:
  SendAll(EventLoop& loop, Socket& socket, std::string_view data)
      : Machine(loop), socket_(socket), unsent_(data) {}

  enum State { SEND };

 private:
  Machine* step() override;

  Socket& socket_;
  std::string_view unsent_;
};

// socket.recv(data, size)
class Recv final : public Machine {
 public:
  Recv(EventLoop& loop, Socket& socket, char* data, std::size_t size)
      : Machine(loop), socket_(socket), data_(data), size_(size) {}

  enum State { RECEIVE };

  // How many bytes came; 0: the peer is done.
  std::size_t result() const {
    Machine::result();
    return received_;
  }

 private:
  Machine* step() override;

  Socket& socket_;
  char* const data_;
  const std::size_t size_;
  std::size_t received_ = 0;
};

}  // namespace asyncio
