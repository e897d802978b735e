// What an HTTP answer costs the server: the HttpServer of this chapter, which
// parses each request and builds each answer, beside a loop around epoll_wait
// that could be C and does neither: it sends the same bytes back for anything.
// 64 connections that are kept alive; the clients are another process, and
// only the server's CPU time counts.
//
//   benchmark [ROUNDS]      of each server, in turns (15)
//   benchmark million       a million requests, each with a number of its own;
//                           every answer must carry its request's number
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
#include <string>
#include <string_view>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "18-http/http_server.hpp"
#include "common/error.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::Socket;

constexpr int connections = 64;
constexpr int requests = 400;  // on each connection, in a round

double cpu_us() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 +
         static_cast<double>(now.tv_nsec) / 1e3;
}

// ---- the clients

std::vector<Socket> connect_all(const Address& server) {
  std::vector<Socket> sockets;
  for (int i = 0; i < connections; ++i) {
    sockets.push_back(Socket::create(server.family()));
    sockets.back().connect(server);
    sockets.back().set_nodelay();
  }
  return sockets;
}

std::string request_to(const Address& server, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: " + server.str() + "\r\n\r\n";
}

// Reads one answer, whose length is known, and gives its body's.
std::string_view read_answer(Socket& socket, char (&buffer)[512]) {
  std::size_t got = 0;
  for (;;) {
    got += socket.recv(buffer + got, sizeof buffer - got);
    const std::string_view text(buffer, got);
    const auto end = text.find("\r\n\r\n");
    if (end == text.npos) continue;
    const auto body = text.substr(end + 4);
    const auto length = text.find("Content-Length: ");
    if (body.size() == std::strtoul(buffer + length + 16, nullptr, 10)) {
      return body;
    }
  }
}

// Sends on all connections, then reads all answers; and again.
void ask(const Address& server) {
  std::vector<Socket> sockets = connect_all(server);
  const std::string request = request_to(server, "/");
  char buffer[512];
  for (int i = 0; i < requests; ++i) {
    for (Socket& socket : sockets) socket.send_all(request);
    for (Socket& socket : sockets) read_answer(socket, buffer);
  }
}

// A million requests: how many answers were not their request's.
int ask_a_million(const Address& server) {
  std::vector<Socket> sockets = connect_all(server);
  char buffer[512];
  int wrong = 0;
  for (int number = 0; number < 1'000'000; number += connections) {
    for (int i = 0; i < connections; ++i) {
      sockets[static_cast<std::size_t>(i)].send_all(
          request_to(server, "/" + std::to_string(number + i)));
    }
    for (int i = 0; i < connections; ++i) {
      const auto body =
          read_answer(sockets[static_cast<std::size_t>(i)], buffer);
      wrong += body != "/" + std::to_string(number + i);
    }
  }
  return wrong;
}

// ---- the floor

constexpr std::string_view plain_answer =
    "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 15:18:39 GMT\r\n"
    "Content-Length: 14\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Hello, world!\n";

void plain_server(Socket& listener) {
  std::vector<Socket> clients;
  const asyncio::Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  for (int i = 0; i < connections; ++i) {
    clients.push_back(listener.accept());
    clients.back().set_nonblocking();
    clients.back().set_nodelay();
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
      if (::recv(fd, buffer, sizeof buffer, 0) > 0) {
        ::send(fd, plain_answer.data(), plain_answer.size(), MSG_NOSIGNAL);
      } else {
        ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
        --open;
      }
    }
  }
}

// ---- the server of this chapter

Coro<HttpResponse> hello(HttpRequest&) {
  co_return asyncio::text_response("Hello, world!\n");
}

Coro<HttpResponse> own_target(HttpRequest& request) {
  co_return asyncio::text_response(request.target());
}

// Until every client has come and gone.
Coro<> serve(Socket listener, asyncio::HttpHandler handler) {
  auto server = co_await asyncio::start_http_server(std::move(handler),
                                                    std::move(listener));
  const asyncio::HttpCounters& counters = server.counters();
  while (counters.accepted < connections || counters.open > 0) {
    co_await asyncio::sleep(std::chrono::milliseconds(5));
  }
  server.close();
}

void http_server(Socket& listener) {
  asyncio::run(serve(std::move(listener), hello));
}

void echo_targets(Socket& listener) {
  asyncio::run(serve(std::move(listener), own_target));
}

// The server's CPU time, in microseconds, while `client` talks to it.
template <class Client>
double measure(void (*server)(Socket&), Client client) {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Address address = listener.local_address();
  const pid_t child = ::fork();
  if (child < 0) asyncio::throw_errno("fork", "");
  if (child == 0) {
    listener.close();
    ::_exit(client(address));
  }
  const double before = cpu_us();
  server(listener);
  const double taken = cpu_us() - before;
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("ask: an answer was lost or wrong");
  return taken;
}

double round(void (*server)(Socket&)) {
  const auto client = [](const Address& address) {
    ask(address);
    return 0;
  };
  return measure(server, client) / (connections * requests);
}

void print(const char* what, double us, double plain) {
  std::printf("  %-34s %6.2f us  %.3f\n", what, us, us / plain);
}

void compare(int rounds) {
  double plain = 1e9, http = 1e9;
  for (int i = 0; i < rounds; ++i) {
    plain = std::min(plain, round(plain_server));
    http = std::min(http, round(http_server));
  }
  std::printf("CPU time of the server for a request, %d connections\n",
              connections);
  print("a loop around epoll, no parsing", plain, plain);
  print("HttpServer, hello", http, plain);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string_view argument = argc > 1 ? argv[1] : "15";
    if (argument == "million") {
      const double us = measure(echo_targets, [](const Address& address) {
        return ask_a_million(address) != 0;
      });
      std::printf("a million requests, none lost or mixed up: %.1f s of CPU\n",
                  us / 1e6);
      return 0;
    }
    compare(std::max(1, std::atoi(argument.data())));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "benchmark: %s\n", error.what());
    return 1;
  }
}

#else

#include <cstdio>

int main() { std::puts("benchmark: this system has no epoll"); }

#endif
