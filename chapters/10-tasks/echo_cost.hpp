// What an echo costs a server: 64 connections, messages of 64 bytes, beside a
// loop around epoll_wait that could be C. The client is another process, and
// only the server's CPU time counts. The best round of each server is compared:
// whatever else the machine does can only add to a round.
//
// Not part of the library: for programs and tests. REQUIRES: ASYNCIO_HAS_EPOLL

#pragma once

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

#include "common/error.hpp"
#include "common/socket.hpp"

namespace echo_cost {

using asyncio::Address;
using asyncio::Socket;

inline constexpr int connections = 64;
inline constexpr int requests = 200;  // on each connection, in a round
inline constexpr std::size_t message_size = 64;

inline double cpu_us() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 +
         static_cast<double>(now.tv_nsec) / 1e3;
}

// Sends on all connections, then reads all answers; and again.
inline void talk(const Address& server) {
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

// The floor: what could be C.
inline void plain_server(Socket& listener) {
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

// The server's CPU time for a request, in microseconds.
inline double round(void (*serve)(Socket&)) {
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

inline void print(const char* what, double us, double plain) {
  std::printf("  %-30s %6.2f us  %.3f\n", what, us, us / plain);
}

// A server to be measured: it accepts `connections`, and returns when all of
// them have ended.
struct Server {
  const char* name;
  void (*serve)(Socket& listener);
};

// main(): "echo_benchmark [ROUNDS]" of each server, in turns (15).
inline int compare(int argc, char** argv, const std::vector<Server>& servers) {
  try {
    const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
    double plain = 1e9;
    std::vector<double> best(servers.size(), 1e9);
    for (int i = 0; i < rounds; ++i) {
      plain = std::min(plain, round(plain_server));
      for (std::size_t s = 0; s < servers.size(); ++s) {
        best[s] = std::min(best[s], round(servers[s].serve));
      }
    }
    std::printf("CPU time of the server for a request of %zu bytes, "
                "%d connections\n", message_size, connections);
    print("a plain loop around epoll", plain, plain);
    for (std::size_t s = 0; s < servers.size(); ++s) {
      print(servers[s].name, best[s], plain);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_benchmark: %s\n", error.what());
    return 1;
  }
}

}  // namespace echo_cost
