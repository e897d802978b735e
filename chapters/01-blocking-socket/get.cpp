// One page over HTTP with nothing but the system's own calls: what a socket is
// before anything is wrapped around it. It fetches from the embedded site.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>

#include "common/error.hpp"
#include "common/site.hpp"

namespace {

void get(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) asyncio::throw_errno("socket", "");
  std::printf("socket   is descriptor %d\n", fd);

  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // 127.0.0.1
  const auto* address = reinterpret_cast<const sockaddr*>(&server);
  if (::connect(fd, address, sizeof server) < 0) {
    asyncio::throw_errno("connect", "127.0.0.1");
  }
  std::printf("connect  returned\n");

  const std::string_view request =
      "GET / HTTP/1.1\r\n"
      "Host: 127.0.0.1\r\n"
      "Connection: close\r\n"
      "\r\n";
  const ssize_t sent = ::send(fd, request.data(), request.size(), 0);
  if (sent < 0) asyncio::throw_errno("send", "127.0.0.1");
  std::printf("send     took %zd of %zu bytes\n", sent, request.size());

  char buffer[1024];
  for (;;) {
    const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
    if (size < 0) asyncio::throw_errno("recv", "127.0.0.1");
    std::printf("recv     gave %zd bytes\n", size);
    if (size == 0) break;  // the server has closed its end
  }
  ::close(fd);
}

}  // namespace

int main() {
  try {
    const site::Site site;
    get(site.port());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "get: %s\n", error.what());
    return 1;
  }
}
