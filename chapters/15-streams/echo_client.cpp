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
#include "11-gather/gather.hpp"
#include "15-streams/streams.hpp"
#include "common/interrupt.hpp"

namespace {

using asyncio::Coro;

Coro<std::string> ask(std::uint16_t port, std::string word) {
  auto [reader, writer] = co_await asyncio::open_connection("127.0.0.1", port);
  writer.write(word);
  std::string answer = co_await reader.readexactly(word.size());
  writer.close();
  co_await writer.wait_closed();
  co_return answer;
}

Coro<> ask_all(std::uint16_t port, std::vector<std::string> words) {
  std::vector<Coro<std::string>> clients;
  for (const std::string& word : words) clients.push_back(ask(port, word));
  auto answers = co_await asyncio::gather(std::move(clients));
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::printf("%s -> %s\n", words[i].c_str(), answers[i].c_str());
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
    asyncio::run(ask_all(port, {argv + 2, argv + argc}));
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_client: %s\n", error.what());
    return 1;
  }
}
