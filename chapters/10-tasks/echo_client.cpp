// Many clients in one thread: each says one word to the server, all at once.
//
//   echo_client PORT WORD...

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Address;
using asyncio::Coro;
using asyncio::Socket;
using asyncio::Task;

// What comes back, as long as `word`. One recv may bring less than that.
Coro<std::string> ask(Address server, std::string word) {
  Socket socket = Socket::create(server.family());
  socket.set_nonblocking();
  co_await asyncio::sock_connect(socket, server);
  co_await asyncio::sock_sendall(socket, word);
  std::string answer;
  while (answer.size() < word.size()) {
    std::string piece = co_await asyncio::sock_recv(socket, word.size());
    if (piece.empty()) break;  // the server has gone
    answer += piece;
  }
  co_return answer;
}

Coro<> ask_all(Address server, std::vector<std::string> words) {
  std::vector<Task<std::string>> clients;
  for (const std::string& word : words) {
    clients.push_back(asyncio::create_task(ask(server, word)));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string answer = co_await clients[i];
    std::printf("%s -> %s\n", words[i].c_str(), answer.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: echo_client PORT WORD...\n", stderr);
    return 2;
  }
  try {
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    asyncio::run(ask_all(Address::loopback(port), {argv + 2, argv + argc}));
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
