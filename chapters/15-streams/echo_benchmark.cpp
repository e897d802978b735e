// What an echo costs a server of streams: see 10-tasks/echo_cost.hpp.
//
//   echo_benchmark [ROUNDS]   of each server, in turns (15)

#include "common/platform.hpp"

#if ASYNCIO_HAS_EPOLL

#include <utility>

#include "10-tasks/echo_cost.hpp"
#include "10-tasks/runner.hpp"
#include "15-streams/echo_server.hpp"

namespace {

using asyncio::Coro;
using asyncio::Socket;
using echo_cost::connections;

Coro<> answer_from_a_buffer(asyncio::StreamReader reader,
                            asyncio::StreamWriter writer) {
  char buffer[4096];
  for (;;) {
    std::size_t size = co_await reader.read_into(buffer);
    if (size == 0) co_return;
    writer.write({buffer, size});
    co_await writer.drain();
  }
}

// Until as many handlers have ended as there are connections.
Coro<> serve_all(Socket& listener, asyncio::ClientConnected answer) {
  int open = connections;
  asyncio::Future<> end = asyncio::create_future();
  asyncio::ClientConnected handler =
      [&](asyncio::StreamReader reader,
          asyncio::StreamWriter writer) -> Coro<> {
    struct Count {
      int& open;
      asyncio::Future<> end;
      ~Count() {
        if (--open == 0) end.set_result();
      }
    } count{open, end};
    co_await answer(std::move(reader), std::move(writer));
  };
  asyncio::Server server =
      co_await asyncio::start_server(handler, std::move(listener));
  co_await end;
}

void string_server(Socket& listener) {
  asyncio::run(serve_all(listener, echo::answer));
}

void buffer_server(Socket& listener) {
  asyncio::run(serve_all(listener, answer_from_a_buffer));
}

}  // namespace

int main(int argc, char** argv) {
  return echo_cost::compare(argc, argv,
                            {{"read, write, drain", string_server},
                             {"read_into, write, drain", buffer_server}});
}

#else

#include <cstdio>

int main() { std::puts("echo_benchmark: this system has no epoll"); }

#endif
