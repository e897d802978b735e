// What a non-blocking socket answers: some, none, the end, an error. Both ends
// are in one thread. Each call prints one line, except drain().

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "common/socket.hpp"

namespace {

using asyncio::Socket;

void send(Socket& socket, std::string_view data) {
  try {
    const auto taken = socket.try_send(data);
    if (!taken) return (void)std::puts("not now");
    std::puts(*taken == data.size() ? "all" : "some");
  } catch (const std::system_error&) {
    std::puts("error");
  }
}

// One recv of at most `size` bytes.
void receive(Socket& socket, std::size_t size) {
  char buffer[100];
  const auto came = socket.try_recv(buffer, size);
  if (!came) return (void)std::puts("not now");
  std::puts(*came == 0 ? "end" : std::string(buffer, *came).c_str());
}

// Reads all that is there.
void drain(Socket& socket) {
  static char buffer[65536];
  while (socket.try_recv(buffer, sizeof buffer)) {
  }
}

}  // namespace

int main() {
  auto [here, there] = Socket::pair();
  here.set_nonblocking();
  there.set_nonblocking();
  const std::string much(16'000'000, 'x');

  receive(here, 100);  // line 1
  there.try_send("abc");
  receive(here, 2);    // line 2
  receive(here, 100);  // line 3

  send(there, much);  // line 4
  send(there, "y");   // line 5
  drain(here);
  send(there, "z");  // line 6

  there.close();
  receive(here, 100);  // line 7
  receive(here, 100);  // line 8
  receive(here, 100);  // line 9
  send(here, "w");     // line 10
}
