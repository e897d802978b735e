// A half-close: the client says all it has, then that this is all, and still
// hears the answer.

#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "15-streams/streams.hpp"

using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

Coro<> count_words(StreamReader reader, StreamWriter writer) {
  int count = 0;
  asyncio::AsyncGenerator<std::string> lines = reader.lines();
  for (;;) {
    std::optional<std::string> line = co_await lines.next();
    if (!line) break;
    ++count;
    line->pop_back();
    std::printf("server: %s\n", line->c_str());
  }
  std::printf("server: the end, after %d words\n", count);
  writer.write(std::to_string(count) + " words\n");
  writer.close();
  co_await writer.wait_closed();
  std::puts("server: has closed");
}

Coro<> async_main() {
  auto server = co_await asyncio::start_server(count_words, "127.0.0.1", 0);
  auto [reader, writer] =
      co_await asyncio::open_connection("127.0.0.1", server.port());
  for (const char* word : {"one\n", "two\n", "three\n"}) writer.write(word);
  writer.write_eof();
  std::puts("client: has said all");
  std::string answer = co_await reader.readline();
  answer.pop_back();
  std::printf("client: hears \"%s\"\n", answer.c_str());
  answer = co_await reader.readline();
  std::printf("client: at the end? %s\n", reader.at_eof() ? "True" : "False");
  writer.close();
  co_await writer.wait_closed();
  server.close();
  co_await server.wait_closed();
  std::puts("client: has closed");
}

int main() { asyncio::run(async_main()); }
