#include "14-transports-and-protocols/socket_transport.hpp"

#include <netinet/in.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "14-transports-and-protocols/server.hpp"

namespace asyncio {
namespace {

// Small writes leave at once, and do not wait for the answer to those before
// (Nagle's algorithm): the transport gathers what belongs together.
void set_nodelay(Socket& socket) {
  try {
    int family = socket.peer_address().family();
    if (family == AF_UNSPEC) family = socket.local_address().family();
    if (family == AF_INET || family == AF_INET6) socket.set_nodelay();
  } catch (const std::system_error&) {
    // It is lost already; the first read will tell.
  }
}

}  // namespace

SocketTransport::SocketTransport(EventLoop& loop, Socket socket,
                                 Ref<BaseProtocol> protocol)
    : TransportCore(loop),
      socket_(std::move(socket)),
      reader_(*this),
      writer_(*this) {
  SocketTransport::set_protocol(std::move(protocol));
  set_nodelay(socket_);
}

SocketTransport::~SocketTransport() = default;

Ref<SocketTransport> SocketTransport::make(EventLoop& loop, Socket socket,
                                           Ref<BaseProtocol> protocol,
                                           Future<> connected,
                                           Ref<ServerState> server) {
  Ref<SocketTransport> transport(
      new SocketTransport(loop, std::move(socket), std::move(protocol)));
  transport->begin(std::move(connected));
  if (server) server->attach();
  transport->server_ = std::move(server);
  return transport;
}

void SocketTransport::tell_connected() {
  Ref<BaseProtocol> protocol = get_protocol();
  protocol->connection_made(*this);
}

void SocketTransport::detached() noexcept {
  Ref<ServerState> server = std::move(server_);
  if (server) server->detach();
}

void SocketTransport::set_protocol(Ref<BaseProtocol> protocol) {
  buffered_ = dynamic_cast<BufferedProtocol*>(protocol.get()) != nullptr;
  if (!buffered_ && !dynamic_cast<Protocol*>(protocol.get())) {
    throw std::invalid_argument(
        "set a protocol: a socket needs a Protocol or a BufferedProtocol");
  }
  if (!is_over()) protocol_ = std::move(protocol);
}

Ref<BaseProtocol> SocketTransport::get_protocol() const {
  return Ref<BaseProtocol>(static_cast<BaseProtocol*>(protocol_.get()));
}

ExtraInfo SocketTransport::get_extra_info() const {
  ExtraInfo info;
  info.fd = socket_.fd();
  info.peername = socket_.peer_address();
  if (!socket_) return info;
  try {
    info.sockname = socket_.local_address();
  } catch (const std::system_error&) {
    // Left empty.
  }
  return info;
}

// ---- reading

void SocketTransport::start_reading() {
  if (is_reading() && !at_end_) reader_.start();
}

void SocketTransport::pause_reading() {
  if (!is_reading()) return;
  paused_ = true;
  reader_.stop();
}

void SocketTransport::resume_reading() {
  if (closing_ || !paused_) return;
  paused_ = false;
  start_reading();
}

// Once for each event, so that a peer that sends without end does not keep
// the others waiting: the loop comes back while there is more.
void SocketTransport::read_ready() {
  Ref<AnyProtocol> keep = protocol_;  // it may set another
  if (buffered_) {
    return read_into(static_cast<BufferedProtocol&>(*protocol_));
  }
  char* buffer = registry_.read_buffer();
  std::optional<std::size_t> count;
  if (!guarded("Fatal read error on socket transport", [&] {
        count = socket_.try_recv(buffer, TransportRegistry::kReadSize);
      })) {
    return;
  }
  if (!count) return;  // a false alarm
  if (*count == 0) return end_of_file();
  auto& protocol = static_cast<Protocol&>(*protocol_);
  guarded("Fatal error: protocol.data_received() call failed.",
          [&] { protocol.data_received({buffer, *count}); });
}

void SocketTransport::read_into(BufferedProtocol& protocol) {
  std::span<char> room;
  if (!guarded("Fatal error: protocol.get_buffer() call failed.", [&] {
        room = protocol.get_buffer(0);
        if (room.empty()) {
          throw std::runtime_error("get_buffer() returned an empty buffer");
        }
      })) {
    return;
  }
  std::optional<std::size_t> count;
  if (!guarded("Fatal read error on socket transport", [&] {
        count = socket_.try_recv(room.data(), room.size());
      })) {
    return;
  }
  if (!count) return;
  if (*count == 0) return end_of_file();
  guarded("Fatal error: protocol.buffer_updated() call failed.",
          [&] { protocol.buffer_updated(*count); });
}

void SocketTransport::end_of_file() {
  bool keep_open = false;
  at_end_ = true;
  if (!guarded("Fatal error: protocol.eof_received() call failed.", [&] {
        keep_open =
            buffered_
                ? static_cast<BufferedProtocol&>(*protocol_).eof_received()
                : static_cast<Protocol&>(*protocol_).eof_received();
      })) {
    return;
  }
  if (keep_open) {
    reader_.stop();  // an end can be read again and again
  } else {
    close();
  }
}

// ---- writing

// What the kernel takes now. Throws if the connection is broken.
std::size_t SocketTransport::send(std::string_view data) {
  return socket_.try_send(data).value_or(0);
}

void SocketTransport::write(std::string_view data) {
  if (eof_) throw std::runtime_error("Cannot call write() after write_eof()");
  if (data.empty() || lost_) return;
  if (buffer_.empty()) {
    // Mostly the kernel takes all of it.
    std::size_t sent = 0;
    if (!guarded("Fatal write error on socket transport", [&] {
          sent = send(data);
          if (sent < data.size()) writer_.start();
        })) {
      return;
    }
    if (sent == data.size()) return;
    data.remove_prefix(sent);
  }
  buffer_.append(data);
  maybe_pause_protocol();
}

void SocketTransport::write_ready() {
  if (!guarded("Fatal write error on socket transport",
               [&] { buffer_.remove_prefix(send(buffer_.view())); })) {
    return;
  }
  maybe_resume_protocol();  // it may write more
  if (!buffer_.empty() || lost_) return;
  writer_.stop();
  if (closing_) return lose_now(nullptr);
  if (eof_) {
    guarded("Fatal write error on socket transport",
            [&] { socket_.shutdown_write(); });
  }
}

void SocketTransport::write_eof() {
  if (closing_ || eof_) return;
  eof_ = true;
  if (buffer_.empty()) socket_.shutdown_write();
}

// ---- the end

void SocketTransport::close() {
  if (closing_) return;
  closing_ = true;
  if (!loop().is_closed()) reader_.stop();
  // What is waiting is sent first; the last write_ready() ends it then.
  if (buffer_.empty() || loop().is_closed()) lose_soon(nullptr);
}

void SocketTransport::stop_io() noexcept {
  reader_.stop();
  writer_.stop();
}

}  // namespace asyncio
