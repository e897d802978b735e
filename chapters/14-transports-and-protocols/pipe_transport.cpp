#include "14-transports-and-protocols/pipe_transport.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "common/error.hpp"
#include "common/sigpipe.hpp"

namespace asyncio {
namespace {

bool is_kind(int fd, mode_t kind) {
  struct stat status;
  return ::fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

bool would_block(int code) {
  return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

std::string name(const Descriptor& pipe) {
  return "pipe " + std::to_string(pipe.get());
}

}  // namespace

// ---- both ends

PipeTransport::PipeTransport(EventLoop& loop, Descriptor pipe)
    : TransportCore(loop), pipe_(std::move(pipe)) {
  const int fd = pipe_.get();
  if (!is_kind(fd, S_IFIFO) && !is_kind(fd, S_IFSOCK) &&
      !is_kind(fd, S_IFCHR)) {
    throw std::invalid_argument(
        "a pipe transport is for pipes, sockets and character devices");
  }
  set_nonblocking(fd);
}

ExtraInfo PipeTransport::get_extra_info() const {
  ExtraInfo info;
  info.fd = pipe_.get();
  return info;
}

void PipeTransport::set_protocol(Ref<BaseProtocol> protocol) {
  if (!protocol) throw std::invalid_argument("set a protocol: there is none");
  if (!is_over()) protocol_ = std::move(protocol);
}

Ref<BaseProtocol> PipeTransport::get_protocol() const {
  return Ref<BaseProtocol>(static_cast<BaseProtocol*>(protocol_.get()));
}

void PipeTransport::tell_connected() {
  Ref<BaseProtocol> protocol = get_protocol();
  protocol->connection_made(*this);
}

void PipeTransport::stop_io() noexcept {
  if (!pipe_) return;
  loop().remove_reader(pipe_.get());
  loop().remove_writer(pipe_.get());
}

// In a catch block. The end of a terminal is EIO, that of a pipe EPIPE.
void PipeTransport::pipe_error(int silent, const char* message) {
  std::exception_ptr error = std::current_exception();
  try {
    throw;
  } catch (const std::system_error& problem) {
    if (problem.code().value() != silent) report(message);
  } catch (...) {
    report(message);
  }
  force_close(std::move(error));
}

// ---- reading

Ref<Transport> ReadPipeTransport::make(EventLoop& loop, Descriptor pipe,
                                       Ref<BaseProtocol> protocol,
                                       Future<> connected) {
  Ref<ReadPipeTransport> transport(
      new ReadPipeTransport(loop, std::move(pipe)));
  transport->set_protocol(std::move(protocol));
  transport->begin(std::move(connected));
  return transport;
}

void ReadPipeTransport::set_protocol(Ref<BaseProtocol> protocol) {
  if (!dynamic_cast<Protocol*>(protocol.get())) {
    throw std::invalid_argument("set a protocol: a pipe needs a Protocol");
  }
  PipeTransport::set_protocol(std::move(protocol));
}

void ReadPipeTransport::start_reading() {
  if (!is_reading()) return;
  loop().add_reader(pipe_.get(), [this] {
    Ref<ReadPipeTransport> keep(this);
    read_ready();
  });
}

void ReadPipeTransport::pause_reading() {
  if (!is_reading()) return;
  paused_ = true;
  loop().remove_reader(pipe_.get());
}

void ReadPipeTransport::resume_reading() {
  if (closing_ || !paused_) return;
  paused_ = false;
  start_reading();
}

void ReadPipeTransport::read_ready() {
  Ref<AnyProtocol> keep = protocol_;  // it may set another
  char* buffer = registry_.read_buffer();
  const ssize_t count =
      ::read(pipe_.get(), buffer, TransportRegistry::kReadSize);
  if (count < 0 && would_block(errno)) return;
  if (count == 0) return end_of_file();
  try {
    if (count < 0) throw_errno("read", name(pipe_));
    static_cast<Protocol&>(*protocol_)
        .data_received({buffer, static_cast<std::size_t>(count)});
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    pipe_error(EIO, count < 0 ? "Fatal read error on pipe transport"
                              : "protocol.data_received() failed");
  }
}

// Both through the loop, one after the other, as CPython.
void ReadPipeTransport::end_of_file() {
  closing_ = true;
  Ref<ReadPipeTransport> keep(this);
  loop().call_soon([keep] {
    if (!keep->protocol_) return;  // close() was faster
    Ref<BaseProtocol> protocol = keep->get_protocol();
    static_cast<Protocol&>(*protocol).eof_received();
  });
  lose_soon(nullptr);
}

void ReadPipeTransport::close() {
  if (closing_) return;
  closing_ = true;
  lose_soon(nullptr);
}

namespace {
[[noreturn]] void cannot(const char* what) {
  throw std::logic_error(std::string(what) + ": a pipe goes one way only");
}
}  // namespace

void ReadPipeTransport::write(std::string_view) { cannot("write"); }
void ReadPipeTransport::write_eof() { cannot("write_eof"); }
void ReadPipeTransport::set_write_buffer_limits(std::optional<std::size_t>,
                                                std::optional<std::size_t>) {
  cannot("set_write_buffer_limits");
}

// ---- writing

Ref<Transport> WritePipeTransport::make(EventLoop& loop, Descriptor pipe,
                                        Ref<BaseProtocol> protocol,
                                        Future<> connected) {
  ignore_sigpipe();
  Ref<WritePipeTransport> transport(
      new WritePipeTransport(loop, std::move(pipe)));
  transport->set_protocol(std::move(protocol));
  transport->begin(std::move(connected));
  return transport;
}

// Nothing is read here. But a pipe whose reader is gone becomes readable, in
// a way: that is how one learns of it before the next write.
void WritePipeTransport::start_reading() {
  if (closing_ || is_kind(pipe_.get(), S_IFCHR)) return;
  loop().add_reader(pipe_.get(), [this] { reader_gone(); });
}

void WritePipeTransport::reader_gone() {
  const bool unsent = !buffer_.empty();
  force_close(unsent ? std::make_exception_ptr(
                           os_error(EPIPE, "write", name(pipe_)))
                     : nullptr);
}

// What the kernel takes now. Throws if the pipe is broken.
std::size_t WritePipeTransport::send(std::string_view data) {
  const ssize_t count = ::write(pipe_.get(), data.data(), data.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  if (!would_block(errno)) throw_errno("write", name(pipe_));
  return 0;
}

void WritePipeTransport::write(std::string_view data) {
  if (data.empty() || closing_ || lost_) return;
  if (buffer_.empty()) {
    std::size_t sent = 0;
    if (!guarded("Fatal write error on pipe transport",
                 [&] { sent = send(data); })) {
      return;
    }
    if (sent == data.size()) return;
    data.remove_prefix(sent);
    loop().add_writer(pipe_.get(), [this] {
      Ref<WritePipeTransport> keep(this);
      write_ready();
    });
  }
  buffer_.append(data);
  maybe_pause_protocol();
}

void WritePipeTransport::write_ready() {
  if (!guarded("Fatal write error on pipe transport",
               [&] { buffer_.remove_prefix(send(buffer_.view())); })) {
    return;
  }
  if (!buffer_.empty()) return;
  loop().remove_writer(pipe_.get());
  maybe_resume_protocol();  // it may write more
  if (closing_ && buffer_.empty() && !lost_) {
    stop_io();
    lose_now(nullptr);
  }
}

void WritePipeTransport::write_eof() {
  if (closing_) return;
  closing_ = true;
  if (!buffer_.empty() && !loop().is_closed()) return;
  lose_soon(nullptr);
}

void WritePipeTransport::pause_reading() { cannot("pause_reading"); }
void WritePipeTransport::resume_reading() { cannot("resume_reading"); }

}  // namespace asyncio
