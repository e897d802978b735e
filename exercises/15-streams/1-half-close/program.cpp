// A client that says all it has, that this was all, and still hears an answer.

#include <cstdio>
#include <stdexcept>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/streams.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

Coro<> add_up(StreamReader reader, StreamWriter writer) {
  int sum = 0;
  for (;;) {
    std::string line = co_await reader.readline();
    if (line.empty()) break;
    sum += std::stoi(line);
    std::printf("server: %d\n", sum);
  }
  std::puts("server: that was all");
  co_await asyncio::sleep(1s);
  writer.write("the sum is " + std::to_string(sum));
  std::puts("server: has answered");
}

Coro<> async_main() {
  auto server = co_await asyncio::start_server(add_up, "127.0.0.1", 0);
  auto [reader, writer] =
      co_await asyncio::open_connection("127.0.0.1", server.port());
  writer.write("1\n2");
  writer.write("3\n4");
  writer.write_eof();
  try {
    writer.write("\n5\n");
  } catch (const std::runtime_error&) {
    std::puts("client: too late");
  }
  std::puts("client: waits");
  std::string answer = co_await reader.read();
  std::printf("client: %s\n", answer.c_str());
  std::printf("client: at the end? %s\n", reader.at_eof() ? "yes" : "no");
  server.close();
}

int main() { asyncio::run(async_main()); }
