// What it costs a server to keep ten thousand connections that say nothing:
// each has a handler that waits in read().
//
//   idle [COUNT]   10000; fewer where the system gives fewer descriptors
//
// The clients live in another process. Each connection first sends a line and
// gets an answer, so that what only the first traffic needs was there, too.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"
#include "common/error.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::Socket;
using asyncio::StreamReader;
using asyncio::StreamWriter;

// The number behind `name` in /proc/self/status, in bytes; 0 where there is
// no such file.
long status_bytes(const char* name) {
  long kib = 0;
  std::FILE* file = std::fopen("/proc/self/status", "re");
  char line[256];
  const std::size_t size = std::strlen(name);
  while (file && std::fgets(line, sizeof line, file)) {
    if (std::strncmp(line, name, size) == 0) kib = std::atol(line + size);
  }
  if (file) std::fclose(file);
  return kib * 1024;
}

std::size_t most_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 200;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto most = static_cast<std::size_t>(limit.rlim_cur);
  return most > 64 ? most - 64 : 1;
}

// Connects so many times, has each connection answered once, and then keeps
// silent until `gate` is closed.
void stay_connected(const Address& server, std::size_t count,
                    const asyncio::Pipe& gate) {
  std::vector<Socket> sockets;
  char buffer[16];
  for (std::size_t i = 0; i < count; ++i) {
    Socket socket = Socket::create(server.family());
    socket.connect(server);
    socket.send_all("hello\n");
    socket.recv(buffer, sizeof buffer);
    sockets.push_back(std::move(socket));
  }
  [[maybe_unused]] const auto size = ::read(gate.read.get(), buffer, 1);
}

Coro<> measure(Socket listener, std::size_t count) {
  std::size_t answered = 0;
  asyncio::Future<> all = asyncio::create_future();
  asyncio::ClientConnected handler = [&](StreamReader reader,
                                         StreamWriter writer) -> Coro<> {
    for (;;) {
      std::string line = co_await reader.readline();
      if (line.empty()) co_return;
      writer.write(line);
      if (++answered == count) all.set_result();
    }
  };
  const long before = status_bytes("VmRSS:");
  asyncio::Server server =
      co_await asyncio::start_server(handler, std::move(listener));
  co_await all;
  const long each = (status_bytes("VmRSS:") - before) /
                    static_cast<long>(count);
  std::printf("%zu connections, each with a handler that waits in "
              "readline():\n%8ld bytes of memory\n", count, each);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const long asked = argc > 1 ? std::atol(argv[1]) : 10'000;
    const std::size_t count = std::min(
        static_cast<std::size_t>(std::max(1L, asked)), most_descriptors());
    Socket listener = Socket::listen_on(Address::loopback(0));
    const Address server = listener.local_address();
    asyncio::Pipe gate = asyncio::make_pipe();
    const pid_t client = ::fork();
    if (client < 0) asyncio::throw_errno("fork", "");
    if (client == 0) {
      listener.close();
      gate.write.reset();
      stay_connected(server, count, gate);
      ::_exit(0);
    }
    asyncio::run(measure(std::move(listener), count));
    gate.write.reset();
    ::waitpid(client, nullptr, 0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle: %s\n", error.what());
    return 1;
  }
}
