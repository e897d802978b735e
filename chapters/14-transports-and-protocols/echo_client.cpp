// Sends a message to an echo server and prints what comes back.
//
//   echo_client tcp HOST PORT MESSAGE
//   echo_client udp HOST PORT MESSAGE
//   echo_client unix PATH MESSAGE

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "12-cancellation/wait_for.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "14-transports-and-protocols/datagram_endpoint.hpp"
#include "14-transports-and-protocols/resolver.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Coro;
using asyncio::Future;
using asyncio::Transport;

// Sends its message, says that this was all, and prints until the end.
class Client : public asyncio::Protocol {
 public:
  Client(std::string message, Future<> end)
      : message_(std::move(message)), end_(end) {}
  void connection_made(Transport& transport) override {
    transport.write(message_);
    transport.write_eof();
  }
  void data_received(std::string_view data) override {
    std::printf("%.*s\n", static_cast<int>(data.size()), data.data());
  }
  void connection_lost(std::exception_ptr error) override {
    error ? end_.set_exception(error) : end_.set_result();
  }

 private:
  std::string message_;
  Future<> end_;
};

class DatagramClient : public asyncio::DatagramProtocol {
 public:
  explicit DatagramClient(Future<> end) : end_(end) {}
  void datagram_received(std::string_view data,
                         const asyncio::Address&) override {
    std::printf("%.*s\n", static_cast<int>(data.size()), data.data());
    if (!end_.done()) end_.set_result();
  }
  void error_received(std::exception_ptr error) override {
    if (!end_.done()) end_.set_exception(error);
  }

 private:
  Future<> end_;
};

Coro<> talk(std::vector<std::string> arguments) {
  using namespace std::chrono_literals;
  Future<> end = asyncio::create_future();
  const std::string message = arguments.back();
  asyncio::ProtocolFactory factory = [&] {
    return asyncio::make_ref<Client>(message, end);
  };
  if (arguments[0] == "unix") {
    co_await asyncio::create_unix_connection(factory, arguments[1]);
    co_await end;
    co_return;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[2].c_str()));
  if (arguments[0] == "tcp") {
    co_await asyncio::create_connection(factory, arguments[1], port);
    co_await end;
    co_return;
  }
  auto addresses = co_await asyncio::getaddrinfo(arguments[1], port);
  asyncio::DatagramOptions options;
  options.remote_addr = addresses[0];
  asyncio::DatagramFactory make_client = [&] {
    return asyncio::make_ref<DatagramClient>(end);
  };
  asyncio::DatagramEndpoint endpoint =
      co_await asyncio::create_datagram_endpoint(make_client, options);
  endpoint.transport->sendto(message);
  co_await asyncio::wait_for(end, 5s);  // a datagram may be lost
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool is_unix = argc == 4 && arguments[0] == "unix";
  if (!is_unix && argc != 5) {
    std::fputs("usage: echo_client tcp|udp HOST PORT MESSAGE\n"
               "       echo_client unix PATH MESSAGE\n", stderr);
    return 2;
  }
  try {
    asyncio::run(talk(std::move(arguments)));
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
