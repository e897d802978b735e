#include "common/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace asyncio {
namespace {

// The structure of one family, copied out: a cast would break the rules about
// what type an object's bytes may be read as.
template <class T>
T as(const Address& address) {
  T result{};
  std::memcpy(&result, address.data(),
              std::min<std::size_t>(address.size(), sizeof result));
  return result;
}

std::string unix_name(const Address& whole) {
  constexpr std::size_t start = offsetof(sockaddr_un, sun_path);
  if (whole.size() <= start) return "unnamed socket";
  const auto address = as<sockaddr_un>(whole);
  const std::size_t length =
      std::min(whole.size() - start, sizeof address.sun_path);
  std::string path(address.sun_path, length);
  if (path[0] == '\0') return "@" + path.substr(1);  // Linux: abstract
  return path.substr(0, path.find('\0'));
}

// getaddrinfo() of a stream's address; the caller frees the list.
int look_up(const std::string& host, std::uint16_t port, int flags,
            addrinfo** list) {
  const bool bracketed = host.size() > 2 && host.front() == '[' &&
                         host.back() == ']';  // as a URL writes IPv6
  const std::string name = bracketed ? host.substr(1, host.size() - 2) : host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // else each address comes three times
  hints.ai_flags = AI_NUMERICSERV | flags;
  return ::getaddrinfo(name.c_str(), std::to_string(port).c_str(), &hints,
                       list);
}

}  // namespace

Address::Address(const sockaddr* data, socklen_t size)
    : size_(std::min<socklen_t>(size, sizeof(sockaddr_storage))) {
  if (size_ <= sizeof internet_) {
    std::memcpy(&internet_, data, size_);
  } else {
    auto path = std::make_shared<sockaddr_storage>();
    std::memcpy(path.get(), data, size_);
    path_ = std::move(path);
  }
}

Address Address::loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);  // on the wire, the high byte comes first
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Address Address::any(int family, std::uint16_t port) {
  if (family == AF_INET6) {
    sockaddr_in6 address{};  // all zeros is every address
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    return Address(reinterpret_cast<const sockaddr*>(&address),
                   sizeof address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Address Address::unix_path(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A path ends with a zero byte, an abstract name with the address.
  const bool is_abstract = !path.empty() && path.front() == '\0';
  const std::size_t size = path.size() + (is_abstract ? 0 : 1);
  if (path.empty() || size > sizeof address.sun_path) {
    throw std::invalid_argument("address of a Unix socket: '" +
                                std::string(path) + "' is " +
                                (path.empty() ? "empty" : "too long"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return Address(reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) +
                                        size));
}

std::uint16_t Address::port() const {
  switch (family()) {
    case AF_INET: return ntohs(as<sockaddr_in>(*this).sin_port);
    case AF_INET6: return ntohs(as<sockaddr_in6>(*this).sin6_port);
    default: return 0;
  }
}

std::string Address::str() const {
  char host[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    const auto address = as<sockaddr_in>(*this);
    ::inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(port());
  }
  if (family() == AF_INET6) {
    const auto address = as<sockaddr_in6>(*this);
    ::inet_ntop(AF_INET6, &address.sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(port());
  }
  return family() == AF_UNIX ? unix_name(*this) : "unnamed socket";
}

bool operator==(const Address& a, const Address& b) {
  return a.size_ == b.size_ && std::memcmp(a.data(), b.data(), a.size_) == 0;
}

std::optional<Address> Address::parse(const std::string& host,
                                      std::uint16_t port) {
  addrinfo* list = nullptr;
  if (look_up(host, port, AI_NUMERICHOST, &list) != 0) return std::nullopt;
  const Address address(list->ai_addr, list->ai_addrlen);
  ::freeaddrinfo(list);
  return address;
}

std::vector<Address> resolve(const std::string& host, std::uint16_t port) {
  addrinfo* list = nullptr;
  const int code = look_up(host, port, 0, &list);
  if (code != 0) {
    const std::string cause = code == EAI_SYSTEM
                                  ? std::system_category().message(errno)
                                  : ::gai_strerror(code);
    throw std::runtime_error("resolve " + host + ": " + cause);
  }
  std::vector<Address> addresses;
  for (const addrinfo* item = list; item; item = item->ai_next) {
    const Address address(item->ai_addr, item->ai_addrlen);
    if (std::ranges::find(addresses, address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  ::freeaddrinfo(list);
  return addresses;
}

}  // namespace asyncio
