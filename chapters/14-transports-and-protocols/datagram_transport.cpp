#include "14-transports-and-protocols/datagram_transport.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

namespace asyncio {

namespace {
// Counted for each datagram that waits, so that empty ones cost, too.
constexpr std::size_t kHeaderSize = 8;
}  // namespace

SocketDatagramTransport::SocketDatagramTransport(EventLoop& loop,
                                                 Socket socket)
    : TransportCore(loop),
      socket_(std::move(socket)),
      reader_(*this),
      writer_(*this) {}

Ref<SocketDatagramTransport> SocketDatagramTransport::make(
    EventLoop& loop, Socket socket, Ref<DatagramProtocol> protocol,
    std::optional<Address> remote, bool connected_to_it, Future<> connected) {
  if (!protocol) throw std::invalid_argument("a datagram endpoint without one");
  Ref<SocketDatagramTransport> transport(
      new SocketDatagramTransport(loop, std::move(socket)));
  transport->protocol_ = std::move(protocol);
  transport->remote_ = std::move(remote);
  transport->connected_to_it_ = connected_to_it;
  transport->begin(std::move(connected));
  return transport;
}

ExtraInfo SocketDatagramTransport::get_extra_info() const {
  ExtraInfo info;
  info.fd = socket_.fd();
  if (connected_to_it_) info.peername = *remote_;
  if (!socket_) return info;
  try {
    info.sockname = socket_.local_address();
  } catch (const std::system_error&) {
    // Left empty.
  }
  return info;
}

void SocketDatagramTransport::tell_connected() {
  Ref<AnyProtocol> keep = protocol_;
  protocol().connection_made(*this);
}

void SocketDatagramTransport::start_reading() {
  if (!closing_) reader_.start();
}

// A datagram that was lost is the protocol's affair; the endpoint stays.
void SocketDatagramTransport::tell_error() {
  std::exception_ptr error = std::current_exception();
  Ref<AnyProtocol> keep = protocol_;
  reported("protocol.error_received() failed",
           [&] { protocol().error_received(error); });
}

void SocketDatagramTransport::read_ready() {
  char* buffer = registry_.read_buffer();
  Address sender;
  std::optional<std::size_t> count;
  try {
    count =
        socket_.try_recv_from(buffer, TransportRegistry::kReadSize, sender);
  } catch (const std::system_error&) {
    return tell_error();
  }
  if (!count) return;
  reported("protocol.datagram_received() failed",
           [&] { protocol().datagram_received({buffer, *count}, sender); });
}

// ---- sending

bool SocketDatagramTransport::try_send(std::string_view data,
                                       const std::optional<Address>& to) {
  if (connected_to_it_ || !to) return socket_.try_send(data).has_value();
  return socket_.try_send_to(data, *to);
}

void SocketDatagramTransport::sendto(std::string_view data,
                                     const std::optional<Address>& to) {
  if (remote_ && to && !(*to == *remote_)) {
    throw std::invalid_argument("sendto " + to->str() +
                                ": the endpoint's remote address is " +
                                remote_->str());
  }
  if (lost_) return;
  const std::optional<Address>& receiver = remote_ ? remote_ : to;
  if (buffer_.empty()) {
    try {
      if (try_send(data, receiver)) return;
    } catch (const std::system_error&) {
      return tell_error();
    }
    if (!guarded("Fatal write error on datagram transport",
                 [&] { writer_.start(); })) {
      return;
    }
  }
  buffer_.push_back({std::string(data), receiver});
  buffered_bytes_ += data.size() + kHeaderSize;
  maybe_pause_protocol();
}

void SocketDatagramTransport::write_ready() {
  while (!buffer_.empty()) {
    Datagram& next = buffer_.front();
    try {
      if (!try_send(next.data, next.to)) break;
    } catch (const std::system_error&) {
      // This one is lost; the others may have another way.
      pop_front();
      tell_error();
      if (lost_) return;
      continue;
    }
    pop_front();
  }
  maybe_resume_protocol();  // it may send more
  if (!buffer_.empty() || lost_) return;
  writer_.stop();
  if (closing_) lose_now(nullptr);
}

void SocketDatagramTransport::pop_front() {
  buffered_bytes_ -= buffer_.front().data.size() + kHeaderSize;
  buffer_.pop_front();
}

// ---- the end

void SocketDatagramTransport::close() {
  if (closing_) return;
  closing_ = true;
  if (!loop().is_closed()) reader_.stop();
  if (buffer_.empty() || loop().is_closed()) lose_soon(nullptr);
}

void SocketDatagramTransport::stop_io() noexcept {
  reader_.stop();
  writer_.stop();
}

void SocketDatagramTransport::drop_buffer() noexcept {
  buffer_.clear();
  buffered_bytes_ = 0;
}

}  // namespace asyncio
