#include "10-tasks/sock.hpp"

namespace asyncio {

Coro<void> sock_connect(Socket& socket, Address address) {
  bool connected = socket.start_connect(address);
  if (connected) co_return;
  co_await writable(socket);
  socket.finish_connect(address);
}

Coro<Socket> sock_accept(Socket& listener) {
  for (;;) {
    std::optional<Socket> socket = listener.try_accept();
    if (socket) co_return std::move(*socket);
    co_await readable(listener);
  }
}

bool SockRecvInto::attempt() {
  std::optional<std::size_t> n = from_.try_recv(buffer_.data(), buffer_.size());
  if (!n) return false;
  size_ = *n;
  return true;
}

bool SockRecv::attempt() {
  // Mostly far less comes than was asked for: so the string is made when its
  // size is known.
  char small[16384];
  if (size_ <= sizeof small) {
    std::optional<std::size_t> n = from_.try_recv(small, size_);
    if (n) data_.assign(small, *n);
    return n.has_value();
  }
  data_.resize(size_);
  std::optional<std::size_t> n = from_.try_recv(data_.data(), size_);
  data_.resize(n.value_or(0));
  return n.has_value();
}

bool SockSendall::attempt() {
  while (!data_.empty()) {
    std::optional<std::size_t> n = to_.try_send(data_);
    if (!n) return false;
    data_.remove_prefix(*n);
  }
  return true;
}

}  // namespace asyncio
