// What an echo costs a server of coroutines: see echo_cost.hpp.
//
//   echo_benchmark [ROUNDS]   of each server, in turns (15)

#include "common/platform.hpp"

#if ASYNCIO_HAS_EPOLL

#include <string>
#include <utility>
#include <vector>

#include "10-tasks/echo_cost.hpp"
#include "10-tasks/echo_server.hpp"
#include "10-tasks/runner.hpp"

namespace {

using asyncio::Coro;
using asyncio::Socket;
using echo_cost::connections;

Coro<> answer_with_strings(Socket client) {
  for (;;) {
    std::string data = co_await asyncio::sock_recv(client, 4096);
    if (data.empty()) co_return;
    co_await asyncio::sock_sendall(client, data);
  }
}

Coro<> serve_all(Socket& listener, Coro<> (*answer)(Socket)) {
  listener.set_nonblocking();
  std::vector<asyncio::Task<>> tasks;
  for (int i = 0; i < connections; ++i) {
    Socket client = co_await asyncio::sock_accept(listener);
    tasks.push_back(asyncio::create_task(answer(std::move(client))));
  }
  for (asyncio::Task<>& task : tasks) co_await task;
}

void string_server(Socket& listener) {
  asyncio::run(serve_all(listener, answer_with_strings));
}

void buffer_server(Socket& listener) {
  asyncio::run(serve_all(listener, echo::answer));
}

}  // namespace

int main(int argc, char** argv) {
  return echo_cost::compare(argc, argv,
                            {{"sock_recv, sock_sendall", string_server},
                             {"sock_recv_into, sock_sendall", buffer_server}});
}

#else

#include <cstdio>

int main() { std::puts("echo_benchmark: this system has no epoll"); }

#endif
