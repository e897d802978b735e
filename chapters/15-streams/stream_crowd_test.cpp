// Ten thousand connections at once. The clients live in another process, so
// that each side has its own descriptors. On poll, which looks at all of them
// for each that says something, two thousand.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"
#include "common/test.hpp"

namespace {

using namespace asyncio;

// Raises the limit, if the system lets us.
bool may_open(std::size_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return false;
  if (limit.rlim_cur >= count) return true;
  limit.rlim_cur = count;
  return limit.rlim_max >= count && ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

std::string message(std::size_t number) {
  return "this is client " + std::to_string(number) + "\n";
}

// Each client sends a half, when all are connected; then the other one. Then
// each reads its answer: how many were not as they should be.
int talk(const Address& server, std::size_t crowd) {
  std::vector<Socket> clients;
  for (std::size_t i = 0; i < crowd; ++i) {
    clients.push_back(Socket::create(server.family()));
    clients.back().connect(server);
  }
  for (bool second : {false, true}) {
    for (std::size_t i = 0; i < crowd; ++i) {
      const std::string text = message(i);
      const std::size_t half = text.size() / 2;
      clients[i].send_all(second ? text.substr(half) : text.substr(0, half));
    }
  }
  int wrong = 0;
  for (std::size_t i = 0; i < crowd; ++i) {
    const std::string expected = "welcome, " + message(i);
    std::string got;
    char buffer[64];
    while (got.size() < expected.size()) {
      const std::size_t size = clients[i].recv(buffer, sizeof buffer);
      if (size == 0) break;
      got.append(buffer, size);
    }
    if (got != expected) ++wrong;
  }
  return wrong;
}

Coro<std::size_t> serve(Socket listener, std::size_t crowd) {
  std::size_t open = 0, most = 0, ended = 0;
  Future<> all = create_future();
  ClientConnected handler = [&](StreamReader reader,
                                StreamWriter writer) -> Coro<> {
    most = std::max(most, ++open);
    for (;;) {
      std::string line = co_await reader.readline();
      if (line.empty()) break;
      writer.writelines({"welcome, ", line});
      co_await writer.drain();
    }
    --open;
    if (++ended == crowd) all.set_result();
  };
  Server server = co_await start_server(handler, std::move(listener));
  co_await all;
  server.close();
  co_await server.wait_closed();
  co_return most;
}

}  // namespace

TEST("ten thousand connections at once: each gets its own answer") {
  EventLoop::Options options;
  options.clock = std::make_shared<SteadyClock>();
  Runner runner(std::move(options));
  if (runner.get_loop().selector_name() == "select") {
    test::skip("select watches no descriptor above 1023");
  }
  const bool on_poll = runner.get_loop().selector_name() == "poll";
  const std::size_t crowd = on_poll ? 2'000 : 10'000;
  if (!may_open(crowd + 100)) {
    test::skip("RLIMIT_NOFILE allows no ten thousand descriptors");
  }
  const int descriptors = test::open_descriptors();
  Socket listener = Socket::listen_on(Address::loopback(0), 1000);
  const Address address = listener.local_address();
  const pid_t client = ::fork();
  CHECK(client >= 0);
  if (client == 0) {
    listener.close();
    int wrong = -1;
    try {
      wrong = talk(address, crowd);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "client: %s\n", error.what());
    }
    ::_exit(wrong == 0 ? 0 : 1);
  }
  std::size_t most = runner.run(serve(std::move(listener), crowd));
  int status = -1;
  ::waitpid(client, &status, 0);
  CHECK_EQ(status, 0);
  CHECK_EQ(most, crowd);
  CHECK_EQ(test::open_descriptors(), descriptors);
}
