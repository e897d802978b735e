// The echo server with state machines: serve() and answer() of chapter 01, as
// machines in one thread.
//
//   echo_server PORT   serves until Ctrl-C; 0 takes any free port
//   echo_server        shows it: the second of two clients does not wait

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <thread>

#include "01-blocking-socket/two_clients.hpp"
#include "06-state-machines/echo_machine.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Address;
using asyncio::EventLoop;
using asyncio::Machine;
using asyncio::Socket;

class Serve;

class Client final : public echo::Answer {
 public:
  Client(EventLoop& loop, Socket socket, Serve& server)
      : Answer(loop, std::move(socket)), server_(server) {}

 private:
  void finished() override;
  Serve& server_;
};

// serve(): for each client, a machine beside this one. Ends, and stops the
// loop, when `most` clients have left; 0: never.
class Serve final : public Machine {
 public:
  Serve(EventLoop& loop, Socket listener, int most)
      : Machine(loop), listener_(std::move(listener)), most_(most) {
    listener_.set_nonblocking();
  }
  ~Serve() override { again_.cancel(); }

  void remove(Client& client) {
    clients_.remove_if([&](const Client& c) { return &c == &client; });
    if (++left_ == most_) loop().stop();
  }

 private:
  enum { ACCEPT };

  Machine* step() override {  // Socket client = listener.accept();
    try {
      auto socket = listener_.try_accept();
      if (!socket) return wait_readable(listener_, ACCEPT);
      loop().schedule(
          clients_.emplace_back(loop(), std::move(*socket), *this));
      return go_to(ACCEPT);
    } catch (const std::exception& error) {  // no descriptor is left, say
      std::fprintf(stderr, "%s\n", error.what());
      again_ = loop().call_later(std::chrono::seconds(1), [this] { resume(); });
      return pause(ACCEPT);
    }
  }

  Socket listener_;
  const int most_;
  int left_ = 0;
  std::list<Client> clients_;
  asyncio::TimerHandle again_;
};

void Client::finished() { server_.remove(*this); }

void serve(Socket listener, int most, int stop_fd) {
  EventLoop loop;
  Serve server(loop, std::move(listener), most);
  if (stop_fd >= 0) loop.add_reader(stop_fd, [&] { loop.stop(); });
  loop.schedule(server);
  loop.run_forever();
  loop.close();  // it forgets the machines, which are destroyed next
}

void show() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  std::thread server([&] { serve(std::move(listener), 2, -1); });
  echo::two_clients(address, std::chrono::minutes(1));
  server.join();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 1) {
      show();
      return 0;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    Socket listener = Socket::listen_on(Address::loopback(port));
    std::printf("listening on %s\n", listener.local_address().str().c_str());
    std::fflush(stdout);
    const asyncio::Interrupt interrupt;
    serve(std::move(listener), 0, interrupt.fd());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
