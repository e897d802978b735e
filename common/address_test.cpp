#include "common/address.hpp"

#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "common/test.hpp"

namespace {

using asyncio::Address;
using asyncio::resolve;

Address unix_address(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const std::size_t size = offsetof(sockaddr_un, sun_path) + name.size();
  return Address(reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(size));
}

TEST("a loopback address has the port it was given") {
  const Address address = Address::loopback(8080);
  CHECK_EQ(address.family(), AF_INET);
  CHECK_EQ(address.port(), 8080);
  CHECK_EQ(address.str(), "127.0.0.1:8080");
}

TEST("an IPv6 address is written in brackets") {
  const Address address = resolve("::1", 80).at(0);
  CHECK_EQ(address.family(), AF_INET6);
  CHECK_EQ(address.port(), 80);
  CHECK_EQ(address.str(), "[::1]:80");
}

TEST("a host in brackets resolves as a URL means it") {
  CHECK(resolve("[::1]", 80) == resolve("::1", 80));
}

TEST("a numeric address resolves to itself, once") {
  const auto addresses = resolve("127.0.0.1", 80);
  CHECK_EQ(addresses.size(), 1);
  CHECK(addresses[0] == Address::loopback(80));
}

TEST("localhost resolves") {
  for (const Address& address : resolve("localhost", 81)) {
    CHECK_EQ(address.port(), 81);
  }
}

TEST("a name that does not resolve is named, with the cause") {
  CHECK_WHAT(resolve("no such host", 80), "resolve no such host: ");
  CHECK_WHAT(resolve("", 80), "resolve : ");
  CHECK_THROWS(std::runtime_error, resolve("no such host", 80));
}

TEST("addresses are equal if host and port are") {
  CHECK(Address::loopback(1) == Address::loopback(1));
  CHECK(Address::loopback(1) != Address::loopback(2));
  CHECK(Address::loopback(1) != resolve("::1", 1).at(0));
  CHECK(Address() == Address());
}

TEST("a Unix socket's address is its path, and has no port") {
  const Address address = unix_address("/tmp/socket");
  CHECK_EQ(address.str(), "/tmp/socket");
  CHECK_EQ(address.port(), 0);
  CHECK_EQ(unix_address(std::string_view("\0name", 5)).str(), "@name");
}

TEST("a socket without an address is unnamed") {
  CHECK_EQ(Address().str(), "unnamed socket");
  CHECK_EQ(Address().family(), AF_UNSPEC);
  CHECK_EQ(unix_address("").str(), "unnamed socket");
}

TEST("a numeric address is parsed without asking anybody, a name is not") {
  CHECK_EQ(Address::parse("127.0.0.1", 80)->str(), "127.0.0.1:80");
  CHECK_EQ(Address::parse("::1", 80)->str(), "[::1]:80");
  CHECK_EQ(Address::parse("[::1]", 80)->str(), "[::1]:80");
  CHECK(!Address::parse("localhost", 80));
  CHECK(!Address::parse("1.2.3.4.5", 80));
}

TEST("a Unix socket's address is its path, of a length that fits") {
  CHECK_EQ(Address::unix_path("/tmp/x").str(), "/tmp/x");
  CHECK_EQ(Address::unix_path("/tmp/x").family(), AF_UNIX);
  CHECK_EQ(Address::unix_path(std::string_view("\0name", 5)).str(), "@name");
  CHECK_WHAT(Address::unix_path(""), "is empty");
  CHECK_WHAT(Address::unix_path(std::string(200, 'x')), "is too long");
}

TEST("the address of every interface is all zeros, in both families") {
  CHECK_EQ(Address::any(AF_INET, 80).str(), "0.0.0.0:80");
  CHECK_EQ(Address::any(AF_INET6, 80).str(), "[::]:80");
}

}  // namespace
