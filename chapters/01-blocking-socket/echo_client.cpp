// A client for any echo server of this course: `echo_client PORT` sends each
// line that you type and prints what comes back. End it with Ctrl-D.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "01-blocking-socket/two_clients.hpp"

namespace {

void talk(std::uint16_t port) {
  asyncio::Socket server = echo::connect_to(asyncio::Address::loopback(port));
  char line[1024];
  while (std::fgets(line, sizeof line, stdin)) {
    const std::string answer = echo::ask(server, line);
    if (answer.empty()) return;  // the server has gone
    std::fputs(answer.c_str(), stdout);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: echo_client PORT\n", stderr);
    return 2;
  }
  try {
    talk(static_cast<std::uint16_t>(std::atoi(argv[1])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
