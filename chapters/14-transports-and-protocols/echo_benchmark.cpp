// What an echo costs a server of protocols: see 10-tasks/echo_cost.hpp.
//
//   echo_benchmark [ROUNDS]   of each server, in turns (15)

#include "common/platform.hpp"

#if ASYNCIO_HAS_EPOLL

#include <exception>
#include <span>
#include <utility>

#include "10-tasks/echo_cost.hpp"
#include "10-tasks/runner.hpp"
#include "14-transports-and-protocols/echo_protocol.hpp"
#include "14-transports-and-protocols/server.hpp"

namespace {

using asyncio::Coro;
using asyncio::Socket;
using echo_cost::connections;

// Sends back what comes, out of a buffer of its own.
class BufferedEcho : public asyncio::BufferedProtocol {
 public:
  void connection_made(asyncio::Transport& transport) override {
    transport_ = &transport;
  }
  std::span<char> get_buffer(std::size_t) override { return buffer_; }
  void buffer_updated(std::size_t count) override {
    transport_->write({buffer_, count});
  }

 private:
  asyncio::Transport* transport_ = nullptr;
  char buffer_[4096];
};

// Calls back when the last of the connections is lost.
template <class Base>
class Counted : public Base {
 public:
  Counted(int& open, asyncio::Future<> end) : open_(open), end_(end) {}
  void connection_lost(std::exception_ptr) override {
    if (--open_ == 0) end_.set_result();
  }

 private:
  int& open_;
  asyncio::Future<> end_;
};

template <class Base>
Coro<> serve(Socket& listener) {
  int open = connections;
  asyncio::Future<> end = asyncio::create_future();
  asyncio::ProtocolFactory factory = [&] {
    return asyncio::make_ref<Counted<Base>>(open, end);
  };
  asyncio::Server server =
      co_await asyncio::create_server(factory, std::move(listener));
  co_await end;
}

template <class Base>
void transport_server(Socket& listener) {
  asyncio::run(serve<Base>(listener));
}

}  // namespace

int main(int argc, char** argv) {
  return echo_cost::compare(argc, argv,
                            {{"Protocol", transport_server<echo::Echo>},
                             {"BufferedProtocol",
                              transport_server<BufferedEcho>}});
}

#else

#include <cstdio>

int main() { std::puts("echo_benchmark: this system has no epoll"); }

#endif
