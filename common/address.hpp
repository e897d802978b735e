// An Address is where a socket can be reached: an IPv4 or IPv6 address with a
// port, or the path of a Unix socket. It is a value that wraps the sockaddr
// structures of POSIX, which the system calls take as a pointer and a size.
// Each connection keeps one, so it is small: paths, which are long and rare,
// are elsewhere, and copies share them.
//
// Source: POSIX <sys/socket.h>, RFC 3493 (IPv6 and getaddrinfo). As any value,
// an Address may be read by many threads or written by one.

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncio {

class Address {
 public:
  Address() = default;  // of no family: family() is AF_UNSPEC
  Address(const sockaddr* data, socklen_t size);

  // 127.0.0.1: this machine and no other. Port 0 asks the system for a free
  // port when a socket is bound; Socket::local_address() then tells which.
  static Address loopback(std::uint16_t port);

  // Every address of this machine, of AF_INET or AF_INET6: for listeners.
  static Address any(int family, std::uint16_t port);

  // A Unix socket's path; one that begins with a zero byte is an abstract
  // name of Linux. Throws std::invalid_argument if it is empty or too long.
  static Address unix_path(std::string_view path);

  // A numeric address ("127.0.0.1", "::1", "[::1]"); nothing if it is none.
  static std::optional<Address> parse(const std::string& host,
                                      std::uint16_t port);

  int family() const { return data()->sa_family; }
  std::uint16_t port() const;  // 0 where the family has none

  // "127.0.0.1:80", "[::1]:80", a Unix socket's path ("@name" for Linux's
  // abstract names), "unnamed socket" where there is no address.
  std::string str() const;

  const sockaddr* data() const {
    return path_ ? reinterpret_cast<const sockaddr*>(path_.get())
                 : reinterpret_cast<const sockaddr*>(&internet_);
  }
  socklen_t size() const { return size_; }

  friend bool operator==(const Address& a, const Address& b);

 private:
  sockaddr_in6 internet_{};  // or IPv4's structure, which is smaller
  socklen_t size_ = 0;
  std::shared_ptr<const sockaddr_storage> path_;  // what is longer, or nothing
};

// The addresses of a host name or of a numeric address ("::1" and "[::1]" are
// both understood), in the order in which they should be tried. BLOCKS while
// the system asks its name servers: getaddrinfo has no other mode. Throws
// std::runtime_error "resolve HOST: CAUSE"; never returns an empty list.
std::vector<Address> resolve(const std::string& host, std::uint16_t port);

}  // namespace asyncio
