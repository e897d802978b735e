// A Socket is one end of a connection, or a listener, and the only owner of its
// descriptor: it closes it when it dies. It is a thin shell over POSIX: each
// function is one system call and what every caller must do around it.
//
// - The blocking calls start again after EINTR (PEP 475), and throw Interrupted
//   once Ctrl-C was pressed (interrupt.hpp). With set_timeout() they throw
//   ETIMEDOUT instead of waiting forever. REQUIRES: a blocking socket.
// - The try_ calls never wait: where the system says EAGAIN, they return
//   nothing. REQUIRES: a non-blocking socket.
// - No call raises SIGPIPE: writing to a closed connection throws EPIPE.
//
// Errors are std::system_error "recv 127.0.0.1:80: Connection reset by peer".
// The subject is the peer's address (a listener's own), kept from the start:
// after a reset the system no longer knows it.
//
// Not thread-safe: one thread uses a Socket at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "common/address.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

class Socket {
 public:
  Socket() = default;  // owns nothing
  // Takes over an open socket; `peer` is what its errors name.
  explicit Socket(Descriptor, const Address& peer = Address()) noexcept;
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  // All of them close-on-exec and blocking.
  static Socket create(int family, int type = SOCK_STREAM);
  static Socket listen_on(const Address& address, int backlog = 128);
  static std::pair<Socket, Socket> pair();  // connected to each other

  int fd() const noexcept { return descriptor_.get(); }
  explicit operator bool() const noexcept { return fd() >= 0; }
  void close() noexcept;

  // A number that no other Socket of this process has or had, and that moves
  // with it. The system gives a closed descriptor's number to the next socket;
  // who keeps (fd, generation) can tell an old owner from the new one.
  std::uint64_t generation() const noexcept { return generation_; }

  void set_nonblocking(bool nonblocking = true);
  void set_timeout(std::chrono::nanoseconds);  // of each blocking call; 0: none
  void set_nodelay(bool nodelay = true);       // send small pieces at once
  void set_keepalive(bool keepalive = true);   // notice a peer that is gone
  void set_broadcast(bool broadcast = true);
  // Before bind(): take a port that old connections still hold, share it
  // with other sockets that say so, leave IPv4 to another socket.
  void set_reuse_address();
  void set_reuse_port();
  void set_only_ipv6();

  void bind(const Address& address);
  void listen(int backlog);

  Address local_address() const;
  // The address last connected to or accepted from; a listener's own.
  const Address& peer_address() const noexcept { return subject_; }

  // Blocking.
  void connect(const Address& peer);
  Socket accept();  // the new socket blocks and has no timeout
  std::size_t recv(char* data, std::size_t size);  // 0: the peer is done
  void send_all(std::string_view data);

  // Says that no more will be sent; the peer reads an end of file.
  void shutdown_write();

  // Non-blocking. start_connect() is true if connected at once; after false,
  // wait until the socket is writable, then finish_connect() throws if it
  // failed. Of an accepted connection, the new socket is non-blocking too.
  bool start_connect(const Address& peer);
  void finish_connect(const Address& peer);
  std::optional<Socket> try_accept();
  std::optional<std::size_t> try_recv(char* data, std::size_t size);
  std::optional<std::size_t> try_send(std::string_view data);

  // The same for datagrams. `sender` becomes the address it came from. What
  // does not fit is cut off. False: the kernel has no room for it now.
  std::optional<std::size_t> try_recv_from(char* data, std::size_t size,
                                           Address& sender);
  bool try_send_to(std::string_view data, const Address& receiver);

  // True if the last try_recv() took all there was: it did not fill its
  // buffer. Whoever wants more may wait for it without trying first.
  bool drained() const noexcept { return drained_; }

  // Sockets open now, and the most at any one moment. Any thread may ask.
  static std::size_t open_count() noexcept;
  static std::size_t peak_count() noexcept;

 private:
  [[noreturn]] void fail(int code, std::string_view operation) const;
  void retry_or_fail(std::string_view operation) const;
  int wait_connected() const;
  std::optional<Socket> accept_one(bool nonblocking) const;

  Descriptor descriptor_;
  bool drained_ = false;
  std::uint64_t generation_ = 0;
  Address subject_;  // what errors name
};

}  // namespace asyncio
