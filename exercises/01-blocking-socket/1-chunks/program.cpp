// Both ends of a connection in one thread: what is sent in some pieces is
// received in others. Each recv prints one line.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>

#include "common/socket.hpp"

namespace {

using asyncio::Socket;

// One recv of at most `size` bytes.
void receive(Socket& socket, std::size_t size) {
  char buffer[100];
  try {
    const std::size_t came = socket.recv(buffer, size);
    std::puts(came == 0 ? "end" : std::string(buffer, came).c_str());
  } catch (const std::system_error&) {  // the timeout has passed
    std::puts("waits");
  }
}

}  // namespace

int main() {
  auto [reader, writer] = Socket::pair();
  reader.set_timeout(std::chrono::milliseconds(20));

  writer.send_all("one");
  writer.send_all("two");
  receive(reader, 4);  // line 1
  receive(reader, 4);  // line 2
  receive(reader, 4);  // line 3

  writer.send_all("three");
  writer.send_all("");
  writer.send_all("four");
  receive(reader, 100);  // line 4

  writer.send_all("five");
  writer.close();
  receive(reader, 2);  // line 5
  receive(reader, 2);  // line 6
  receive(reader, 2);  // line 7
  receive(reader, 2);  // line 8
}
