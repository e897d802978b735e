// What a non-blocking socket answers when it cannot do what it is asked: "in
// progress", "would block", and "some of it". One thread holds both ends of a
// connection, which no blocking program could.

#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;

// errno's name, for the few that this program meets.
const char* name_of(int code) {
  switch (code) {
    case EINPROGRESS:
      return "EINPROGRESS";
    case EAGAIN:
      return "EAGAIN";
    case ECONNREFUSED:
      return "ECONNREFUSED";
    default:
      return "another error";
  }
}

void print_errno(const char* call) {
  const int code = errno;
  std::printf("%s: %s, \"%s\"\n", call, name_of(code), std::strerror(code));
}

// The call has only begun when it returns.
void show_connect(Socket& client, const Address& server) {
  client.set_nonblocking();
  if (::connect(client.fd(), server.data(), server.size()) < 0) {
    print_errno("connect");
  }
}

void show_empty(Socket& client) {
  char buffer[16];
  if (::recv(client.fd(), buffer, sizeof buffer, 0) < 0) print_errno("recv");
}

// Writes until the kernel takes no more. Returns how much it took.
std::size_t fill(Socket& client, std::string_view data, int& calls) {
  std::size_t sent = 0;
  while (sent < data.size()) {
    const auto size = client.try_send(data.substr(sent));
    if (!size) break;
    sent += *size;
    ++calls;
  }
  return sent;
}

std::size_t drain(Socket& peer, std::string& received) {
  char buffer[65536];
  std::size_t before = received.size();
  while (const auto size = peer.try_recv(buffer, sizeof buffer)) {
    if (*size == 0) break;
    received.append(buffer, *size);
  }
  return received.size() - before;
}

// The writer has to remember how far it came: nobody else does.
void show_partial_writes(Socket& client, Socket& peer) {
  const std::string data(16'000'000, 'x');
  std::string_view unsent = data;
  std::string received;
  int calls = 0;
  const std::size_t first = fill(client, unsent, calls);
  std::printf("send: took %zu bytes of %zu\n", first, data.size());
  if (::send(client.fd(), "x", 1, 0) < 0) print_errno("send");
  unsent.remove_prefix(first);
  std::printf("the peer reads %zu bytes\n", drain(peer, received));
  while (received.size() < data.size()) {
    unsent.remove_prefix(fill(client, unsent, calls));
    drain(peer, received);
  }
  std::printf("%d sends later all %zu bytes have arrived%s\n", calls,
              received.size(), received == data ? "" : ", and are wrong");
}

void show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  Socket client = Socket::create(AF_INET);
  show_connect(client, listener.local_address());
  Socket peer = listener.accept();
  peer.set_nonblocking();
  show_empty(client);
  show_partial_writes(client, peer);
}

}  // namespace

int main() {
  try {
    show();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "partial_writes: %s\n", error.what());
    return 1;
  }
}
