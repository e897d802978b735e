#include "06-state-machines/socket_machines.hpp"

namespace asyncio {

Machine* Connect::step() {
  switch (state()) {
    case START:
      if (socket_.start_connect(address_)) return finish();
      return wait_writable(socket_, WRITABLE);

    case WRITABLE:
      socket_.finish_connect(address_);
      return finish();
  }
  return nullptr;
}

Machine* SendAll::step() {
  while (!unsent_.empty()) {
    const auto size = socket_.try_send(unsent_);
    if (!size) return wait_writable(socket_, SEND);
    unsent_.remove_prefix(*size);
  }
  return finish();
}

Machine* Recv::step() {
  const auto size = socket_.try_recv(data_, size_);
  if (!size) return wait_readable(socket_, RECEIVE);
  received_ = *size;
  return finish();
}

}  // namespace asyncio
