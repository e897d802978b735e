#include "common/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "common/error.hpp"
#include "common/interrupt.hpp"
#include "common/platform.hpp"

namespace asyncio {
namespace {

// Relaxed: they count, and order nothing else.
constexpr auto relaxed = std::memory_order_relaxed;
std::atomic<std::uint64_t> last_generation{0};
std::atomic<std::size_t> open_sockets{0};
std::atomic<std::size_t> peak_sockets{0};

void count_opened() {
  const std::size_t now = open_sockets.fetch_add(1, relaxed) + 1;
  std::size_t peak = peak_sockets.load(relaxed);
  while (peak < now &&
         !peak_sockets.compare_exchange_weak(peak, now, relaxed)) {
  }
}

bool would_block(int code) { return code == EAGAIN || code == EWOULDBLOCK; }

// A connection that broke before it was accepted: its client's error, not the
// listener's, so the next one is taken instead.
bool lost_before_accept(int code) {
  return code == ECONNABORTED || code == EPROTO;
}

#if ASYNCIO_HAS_ACCEPT4
constexpr int kCloexec = SOCK_CLOEXEC;
#else
constexpr int kCloexec = 0;
#endif

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif

void set_option(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof value) < 0) {
    throw_errno("setsockopt", std::to_string(fd));
  }
}

// What the flags of socket() and accept4() do where the system has them, and
// what MSG_NOSIGNAL does where send() has it.
void prepare([[maybe_unused]] int fd) {
#if !ASYNCIO_HAS_ACCEPT4
  set_cloexec(fd);
#endif
#ifdef SO_NOSIGPIPE
  set_option(fd, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
}

int pending_error(int fd) {
  int code = 0;
  socklen_t size = sizeof code;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0) return errno;
  return code;
}

}  // namespace

Socket::Socket(Descriptor descriptor, const Address& peer) noexcept
    : descriptor_(std::move(descriptor)), subject_(peer) {
  if (!descriptor_) return;
  generation_ = last_generation.fetch_add(1, relaxed) + 1;
  count_opened();
}

Socket::Socket(Socket&& other) noexcept = default;

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::move(other.descriptor_);
  generation_ = other.generation_;
  subject_ = other.subject_;
  drained_ = other.drained_;
  return *this;
}

void Socket::close() noexcept {
  if (!descriptor_) return;
  descriptor_.reset();
  open_sockets.fetch_sub(1, relaxed);
}

Socket Socket::create(int family, int type) {
  Descriptor descriptor(::socket(family, type | kCloexec, 0));
  if (!descriptor) throw_errno("socket", "");
  prepare(descriptor.get());
  return Socket(std::move(descriptor));
}

Socket Socket::listen_on(const Address& address, int backlog) {
  Socket socket = create(address.family());
  socket.subject_ = address;
  // A server that is started again may take its port back at once, although
  // old connections of that port still wait out TIME_WAIT.
  socket.set_reuse_address();
  socket.bind(address);
  socket.listen(backlog);
  return socket;
}

void Socket::bind(const Address& address) {
  if (::bind(fd(), address.data(), address.size()) < 0) {
    throw_errno("bind", address.str());
  }
}

void Socket::listen(int backlog) {
  if (::listen(fd(), backlog) < 0) throw_errno("listen", local_address().str());
  subject_ = local_address();  // with the port it really has
}

std::pair<Socket, Socket> Socket::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | kCloexec, 0, ends) < 0) {
    throw_errno("socketpair", "");
  }
  Socket first{Descriptor(ends[0])};
  Socket second{Descriptor(ends[1])};
  prepare(ends[0]);
  prepare(ends[1]);
  return {std::move(first), std::move(second)};
}

void Socket::set_nonblocking(bool nonblocking) {
  asyncio::set_nonblocking(fd(), nonblocking);
}

void Socket::set_timeout(std::chrono::nanoseconds timeout) {
  // Rounded up: what is left of a short timeout must not become 0, "never".
  const auto us = std::chrono::ceil<std::chrono::microseconds>(timeout).count();
  timeval value{};
  value.tv_sec = static_cast<decltype(value.tv_sec)>(us / 1'000'000);
  value.tv_usec = static_cast<decltype(value.tv_usec)>(us % 1'000'000);
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    if (::setsockopt(fd(), SOL_SOCKET, option, &value, sizeof value) < 0) {
      fail(errno, "setsockopt");
    }
  }
}

void Socket::set_nodelay(bool nodelay) {
  set_option(fd(), IPPROTO_TCP, TCP_NODELAY, nodelay ? 1 : 0);
}

void Socket::set_keepalive(bool keepalive) {
  set_option(fd(), SOL_SOCKET, SO_KEEPALIVE, keepalive ? 1 : 0);
}
void Socket::set_broadcast(bool broadcast) {
  set_option(fd(), SOL_SOCKET, SO_BROADCAST, broadcast ? 1 : 0);
}
void Socket::set_reuse_address() {
  set_option(fd(), SOL_SOCKET, SO_REUSEADDR, 1);
}
void Socket::set_reuse_port() { set_option(fd(), SOL_SOCKET, SO_REUSEPORT, 1); }
void Socket::set_only_ipv6() { set_option(fd(), IPPROTO_IPV6, IPV6_V6ONLY, 1); }

Address Socket::local_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* data = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd(), data, &size) < 0) fail(errno, "getsockname");
  return Address(data, size);
}

void Socket::fail(int code, std::string_view operation) const {
  throw os_error(code, operation, subject_.str());
}

// After a failed blocking call: returns if it should be made again. EAGAIN on
// a blocking socket is how the system says that SO_RCVTIMEO has passed.
void Socket::retry_or_fail(std::string_view operation) const {
  const int code = errno;
  if (code != EINTR) fail(would_block(code) ? ETIMEDOUT : code, operation);
  check_interrupt();
}

void Socket::connect(const Address& peer) {
  check_interrupt();
  subject_ = peer;
  if (::connect(fd(), peer.data(), peer.size()) == 0) return;
  // A signal stops the waiting and not the connecting: to call connect() again
  // would be an error (EALREADY), so wait for its end in another way.
  const int code = errno == EINTR ? wait_connected() : errno;
  // EINPROGRESS from a blocking socket: SO_SNDTIMEO has passed.
  if (code != 0) fail(code == EINPROGRESS ? ETIMEDOUT : code, "connect");
}

// The rest of a blocking connect() that a signal cut short: 0 or its error.
int Socket::wait_connected() const {
  timeval limit{};
  socklen_t size = sizeof limit;
  ::getsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, &size);
  const auto us = limit.tv_sec * 1'000'000 + limit.tv_usec;
  const int ms = us == 0 ? -1 : static_cast<int>((us + 999) / 1000);
  pollfd entry{fd(), POLLOUT, 0};
  for (;;) {
    check_interrupt();
    const int ready = ::poll(&entry, 1, ms);
    if (ready > 0) return pending_error(fd());
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

Socket Socket::accept() {
  check_interrupt();
  for (;;) {
    if (auto accepted = accept_one(false)) return std::move(*accepted);
    if (!lost_before_accept(errno)) retry_or_fail("accept");
  }
}

std::optional<Socket> Socket::try_accept() {
  for (;;) {
    if (auto accepted = accept_one(true)) return accepted;
    if (would_block(errno)) return std::nullopt;
    if (errno != EINTR && !lost_before_accept(errno)) fail(errno, "accept");
  }
}

// One accept(); nothing, and errno, if it failed.
std::optional<Socket> Socket::accept_one(bool nonblocking) const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* data = reinterpret_cast<sockaddr*>(&storage);
#if ASYNCIO_HAS_ACCEPT4
  const int flags = SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
  Descriptor descriptor(::accept4(fd(), data, &size, flags));
  if (!descriptor) return std::nullopt;
#else
  Descriptor descriptor(::accept(fd(), data, &size));
  if (!descriptor) return std::nullopt;
  // Some systems let it inherit the listener's O_NONBLOCK, some do not.
  asyncio::set_nonblocking(descriptor.get(), nonblocking);
#endif
  prepare(descriptor.get());
  return Socket(std::move(descriptor), Address(data, size));
}

std::size_t Socket::recv(char* data, std::size_t size) {
  check_interrupt();
  for (;;) {
    const ssize_t count = ::recv(fd(), data, size, 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    retry_or_fail("recv");  // a timeout then starts again, in full
  }
}

void Socket::send_all(std::string_view data) {
  check_interrupt();
  while (!data.empty()) {
    // May take less than all: what the kernel's buffer has room for when a
    // signal comes or the timeout passes.
    const ssize_t count = ::send(fd(), data.data(), data.size(), kNoSignal);
    if (count >= 0) {
      data.remove_prefix(static_cast<std::size_t>(count));
    } else {
      retry_or_fail("send");
    }
  }
}

void Socket::shutdown_write() {
  if (::shutdown(fd(), SHUT_WR) < 0) fail(errno, "shutdown");
}

bool Socket::start_connect(const Address& peer) {
  subject_ = peer;
  if (::connect(fd(), peer.data(), peer.size()) == 0) return true;
  // EAGAIN is not "in progress" here: no port, or a Unix listener's full queue.
  if (errno != EINPROGRESS && errno != EINTR) fail(errno, "connect");
  return false;
}

void Socket::finish_connect(const Address& peer) {
  subject_ = peer;
  if (const int code = pending_error(fd())) fail(code, "connect");
}

std::optional<std::size_t> Socket::try_recv(char* data, std::size_t size) {
  for (;;) {
    const ssize_t count = ::recv(fd(), data, size, 0);
    // An end of file is not "drained": it can be read again at once.
    drained_ = count != 0 && count < static_cast<ssize_t>(size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (would_block(errno)) return std::nullopt;
    if (errno != EINTR) fail(errno, "recv");
  }
}

std::optional<std::size_t> Socket::try_send(std::string_view data) {
  for (;;) {
    const ssize_t count = ::send(fd(), data.data(), data.size(), kNoSignal);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (would_block(errno)) return std::nullopt;
    if (errno != EINTR) fail(errno, "send");
  }
}

std::optional<std::size_t> Socket::try_recv_from(char* data, std::size_t size,
                                                 Address& sender) {
  sockaddr_storage storage{};
  for (;;) {
    socklen_t length = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    const ssize_t count = ::recvfrom(fd(), data, size, 0, address, &length);
    if (count >= 0) {
      sender = Address(address, length);
      return static_cast<std::size_t>(count);
    }
    if (would_block(errno)) return std::nullopt;
    if (errno != EINTR) fail(errno, "recvfrom");
  }
}

bool Socket::try_send_to(std::string_view data, const Address& receiver) {
  for (;;) {
    const ssize_t count = ::sendto(fd(), data.data(), data.size(), kNoSignal,
                                   receiver.data(), receiver.size());
    if (count >= 0) return true;
    if (would_block(errno)) return false;
    if (errno != EINTR) throw_errno("sendto", receiver.str());
  }
}

std::size_t Socket::open_count() noexcept { return open_sockets.load(relaxed); }
std::size_t Socket::peak_count() noexcept { return peak_sockets.load(relaxed); }

}  // namespace asyncio
