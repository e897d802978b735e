// What an echo costs the server: the coroutine of echo_server.hpp beside a loop
// around epoll_wait that could be C. 64 connections, messages of 64 bytes; the
// client is another process, and only the server's CPU time counts.
//
//   echo_benchmark [ROUNDS]   of each server, in turns (15)
//
// The best round of each is compared: whatever else the machine does can only
// add to a round.

#include "common/platform.hpp"

#if ASYNCIO_HAS_EPOLL

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/echo_server.hpp"
#include "common/error.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::Socket;

constexpr int connections = 64;
constexpr int requests = 200;  // on each connection, in a round
constexpr std::size_t message_size = 64;

double cpu_us() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 +
         static_cast<double>(now.tv_nsec) / 1e3;
}

// Sends on all connections, then reads all answers; and again.
void talk(const Address& server) {
  std::vector<Socket> sockets;
  for (int i = 0; i < connections; ++i) {
    sockets.push_back(Socket::create(server.family()));
    sockets.back().connect(server);
    sockets.back().set_nodelay();
  }
  const std::string message(message_size, 'x');
  char buffer[message_size];
  for (int i = 0; i < requests; ++i) {
    for (Socket& socket : sockets) socket.send_all(message);
    for (Socket& socket : sockets) {
      for (std::size_t got = 0; got < message_size;) {
        got += socket.recv(buffer, message_size - got);
      }
    }
  }
}

// ---- the floor

void plain_server(Socket& listener) {
  std::vector<Socket> clients;
  const asyncio::Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  for (int i = 0; i < connections; ++i) {
    clients.push_back(listener.accept());
    clients.back().set_nonblocking();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = clients.back().fd();
    ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, event.data.fd, &event);
  }
  epoll_event events[connections];
  char buffer[4096];
  for (int open = connections; open > 0;) {
    const int found = ::epoll_wait(epoll.get(), events, connections, -1);
    for (int i = 0; i < found; ++i) {
      const int fd = events[i].data.fd;
      const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
      if (size > 0) {
        ::send(fd, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      } else {
        ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
        --open;
      }
    }
  }
}

// ---- the streams

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

// The server's CPU time for a request, in microseconds.
double round(void (*serve)(Socket&)) {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const pid_t client = ::fork();
  if (client < 0) asyncio::throw_errno("fork", "");
  if (client == 0) {
    talk(listener.local_address());
    ::_exit(0);
  }
  const double before = cpu_us();
  serve(listener);
  const double taken = cpu_us() - before;
  ::waitpid(client, nullptr, 0);
  return taken / (connections * requests);
}

void print(const char* what, double us, double plain) {
  std::printf("  %-30s %6.2f us  %.3f\n", what, us, us / plain);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
    double plain = 1e9, strings = 1e9, buffers = 1e9;
    for (int i = 0; i < rounds; ++i) {
      plain = std::min(plain, round(plain_server));
      strings = std::min(strings, round(string_server));
      buffers = std::min(buffers, round(buffer_server));
    }
    std::printf("CPU time of the server for a request of %zu bytes, "
                "%d connections\n", message_size, connections);
    print("a plain loop around epoll", plain, plain);
    print("read, write, drain", strings, plain);
    print("read_into, write, drain", buffers, plain);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_benchmark: %s\n", error.what());
    return 1;
  }
}

#else

#include <cstdio>

int main() { std::puts("echo_benchmark: this system has no epoll"); }

#endif
