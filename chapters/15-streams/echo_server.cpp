// The echo server on streams.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows it: the second of two clients does not wait

#include "15-streams/echo_server.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Coro;
using asyncio::Server;
using asyncio::Stream;

// two_clients() of chapters 01 and 10.
Coro<> two_clients(std::uint16_t port) {
  Stream first = co_await asyncio::open_connection("127.0.0.1", port);
  std::puts("first connects and says nothing");
  Stream second = co_await asyncio::open_connection("127.0.0.1", port);
  std::puts("second connects and asks");
  second.writer.write("anybody there?\n");
  std::string answer = co_await second.reader.readline();
  answer.pop_back();
  std::printf("second gets \"%s\"\n", answer.c_str());
  std::puts("first leaves");
}

Coro<> show() {
  Server server = co_await asyncio::start_server(echo::answer, "127.0.0.1", 0);
  co_await two_clients(server.port());
}

Coro<> serve(std::uint16_t port) {
  Server server =
      co_await asyncio::start_server(echo::answer, "127.0.0.1", port);
  std::printf("listening on %s\n", server.addresses()[0].str().c_str());
  std::fflush(stdout);
  // Until Ctrl-C. serve_forever() would then wait for all clients to leave.
  co_await asyncio::create_future();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 1) {
      asyncio::run(show());
    } else {
      asyncio::run(serve(static_cast<std::uint16_t>(std::atoi(argv[1]))));
    }
  } catch (const asyncio::Interrupted&) {
    std::puts("stopped");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
