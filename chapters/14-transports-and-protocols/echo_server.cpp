// Echo servers on three kinds of sockets, all in one thread and one loop:
// TCP, UDP and Unix. They send back what comes until Ctrl-C.
//
//   echo_server [PORT] [PATH]     (8888, and no Unix socket)
//
// PORT 0 takes a free one.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "14-transports-and-protocols/datagram_endpoint.hpp"
#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::Ref;
using asyncio::Server;

Ref<asyncio::BaseProtocol> make_echo() {
  return asyncio::make_ref<echo::Echo>();
}

Coro<> serve(std::uint16_t port, std::string path) {
  Server tcp = co_await asyncio::create_server(make_echo, "127.0.0.1", port);
  asyncio::DatagramOptions options;
  options.local_addr = Address::loopback(port);
  asyncio::DatagramFactory make_datagrams = [] {
    return asyncio::make_ref<echo::EchoDatagrams>();
  };
  asyncio::DatagramEndpoint udp =
      co_await asyncio::create_datagram_endpoint(make_datagrams, options);
  std::printf("TCP on %s\n", tcp.addresses()[0].str().c_str());
  std::printf("UDP on %s\n",
              udp.transport->get_extra_info().sockname.str().c_str());
  if (!path.empty()) {
    co_await asyncio::create_unix_server(make_echo, path);
    std::printf("Unix socket on %s\n", path.c_str());
  }
  std::fflush(stdout);
  co_await tcp.serve_forever();
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8888;
  const std::string path = argc > 2 ? argv[2] : "";
  try {
    asyncio::run(serve(static_cast<std::uint16_t>(port), path));
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
