#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/socket.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;

std::pair<Socket, Socket> nonblocking_pair() {
  auto ends = Socket::pair();
  ends.first.set_nonblocking();
  ends.second.set_nonblocking();
  return ends;
}

// Writes as much as the kernel takes; true when that was all.
bool send_some(Socket& socket, std::string_view& unsent) {
  while (!unsent.empty()) {
    const auto size = socket.try_send(unsent);
    if (!size) return false;
    unsent.remove_prefix(*size);
  }
  return true;
}

void receive_some(Socket& socket, std::string& received) {
  char buffer[10'000];
  while (const auto size = socket.try_recv(buffer, sizeof buffer)) {
    if (*size == 0) return;
    received.append(buffer, *size);
  }
}

// Bytes without a period that a buffer's size could hide.
std::string many_bytes(std::size_t size) {
  std::string bytes(size, ' ');
  unsigned state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

void wait_writable(const Socket& socket) {
  pollfd entry{socket.fd(), POLLOUT, 0};
  CHECK_EQ(::poll(&entry, 1, -1), 1);
}

TEST("reading where nothing has arrived is EAGAIN, and not the end") {
  auto [here, there] = nonblocking_pair();
  char byte;
  CHECK_EQ(::recv(here.fd(), &byte, 1, 0), -1);
  CHECK(errno == EAGAIN || errno == EWOULDBLOCK);
  CHECK(!here.try_recv(&byte, 1));
  there.send_all("x");
  CHECK_EQ(here.try_recv(&byte, 1).value(), 1);
  CHECK(!here.try_recv(&byte, 1));
  there.close();
  CHECK_EQ(here.try_recv(&byte, 1).value(), 0);  // now it is the end
}

TEST("accepting where nobody has come is EAGAIN") {
  Socket listener = Socket::listen_on(Address::loopback(0));
  listener.set_nonblocking();
  CHECK(!listener.try_accept());
  Socket client = Socket::create(AF_INET);
  client.connect(listener.local_address());
  CHECK(listener.try_accept().has_value());
}

TEST("a connection that cannot stand at once is in progress") {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  Socket client = Socket::create(AF_INET);
  client.set_nonblocking();
  // A system may also be quick enough to be done; it never waits.
  const int result = ::connect(client.fd(), address.data(), address.size());
  CHECK(result == 0 || errno == EINPROGRESS);
  wait_writable(client);
  client.finish_connect(address);
  CHECK_EQ(client.local_address(), listener.accept().peer_address());
}

TEST("a refused connection is in progress first, and refused later") {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  listener.close();
  Socket client = Socket::create(AF_INET);
  client.set_nonblocking();
  const std::string refused =
      "connect " + address.str() + ": Connection refused";
  try {
    CHECK(!client.start_connect(address));
  } catch (const std::system_error& error) {
    CHECK_EQ(error.what(), refused);  // a system may know at once
    return;
  }
  wait_writable(client);  // an error makes it so, too
  CHECK_WHAT(client.finish_connect(address), refused);
}

TEST("a big buffer goes out in parts, and every byte arrives") {
  auto [here, there] = nonblocking_pair();
  const std::string data = many_bytes(5'000'000);
  std::string_view unsent = data;
  std::string received;
  CHECK(!send_some(here, unsent));  // more than the kernel holds
  CHECK(unsent.size() < data.size());
  CHECK(!here.try_send(unsent));
  while (!send_some(here, unsent)) receive_some(there, received);
  receive_some(there, received);
  CHECK(received == data);
}

TEST("writing to a peer that has gone is an error and no signal") {
  auto [here, there] = nonblocking_pair();
  there.close();
  CHECK_WHAT(here.try_send("x"), "Broken pipe");
}

TEST("a reset of the connection is an error of the next call") {
  Socket listener = Socket::listen_on(Address::loopback(0));
  Socket client = Socket::create(AF_INET);
  client.connect(listener.local_address());
  client.set_nonblocking();
  Socket server = listener.accept();
  const linger reset{1, 0};
  CHECK_EQ(
      ::setsockopt(server.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset),
      0);
  server.close();
  pollfd entry{client.fd(), POLLIN, 0};
  CHECK_EQ(::poll(&entry, 1, -1), 1);
  char byte;
  CHECK_WHAT(client.try_recv(&byte, 1), "Connection reset by peer");
}

}  // namespace
