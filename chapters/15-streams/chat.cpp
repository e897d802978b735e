// A chat server.
//
//   chat PORT   serves until Ctrl-C; join it with nc or telnet
//   chat        shows it: three people meet

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "15-streams/chat_room.hpp"
#include "common/interrupt.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Server;
using asyncio::StreamReader;

// What one person hears, line by line, until the server hangs up.
Coro<> listen(std::string name, StreamReader reader) {
  asyncio::AsyncGenerator<std::string> lines = reader.lines();
  for (;;) {
    std::optional<std::string> line = co_await lines.next();
    if (!line) co_return;
    std::printf("%-5s | %s", name.c_str(), line->c_str());
  }
}

// Joins after a while, says its lines a second apart, and leaves.
Coro<> person(std::uint16_t port, Duration when, std::string name,
              std::vector<std::string> says) {
  co_await asyncio::sleep(when);
  auto [reader, writer] = co_await asyncio::open_connection("127.0.0.1", port);
  auto hears = asyncio::create_task(listen(name, reader));
  writer.write(name + "\r\n");
  for (const std::string& line : says) {
    co_await asyncio::sleep(1s);
    writer.write(line + "\r\n");
  }
  co_await asyncio::sleep(1s);
  writer.write_eof();
  co_await hears;
}

Coro<> show(chat::Room& room) {
  asyncio::ClientConnected talk = [&](StreamReader reader,
                                      asyncio::StreamWriter writer) {
    return chat::talk(room, std::move(reader), std::move(writer));
  };
  Server server = co_await asyncio::start_server(talk, "127.0.0.1", 0);
  std::vector<std::string> ann{"hello?", "hi Bob", "bye"};
  std::vector<std::string> bob{"hi all"};
  std::vector<std::string> eve;
  co_await asyncio::gather(person(server.port(), 0s, "Ann", ann),
                           person(server.port(), 1500ms, "Bob", bob),
                           person(server.port(), 2200ms, "Eve", eve));
  server.close();
  co_await server.wait_closed();
}

Coro<> serve(chat::Room& room, std::uint16_t port) {
  asyncio::ClientConnected talk = [&](StreamReader reader,
                                      asyncio::StreamWriter writer) {
    return chat::talk(room, std::move(reader), std::move(writer));
  };
  Server server = co_await asyncio::start_server(talk, "127.0.0.1", port);
  std::printf("nc 127.0.0.1 %u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  // Until Ctrl-C. serve_forever() would then wait for everybody to leave.
  co_await asyncio::create_future();
}

}  // namespace

int main(int argc, char** argv) {
  chat::Room room;  // here, since those who talk live until the end of run()
  try {
    if (argc == 1) {
      asyncio::run(show(room));
    } else {
      const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
      asyncio::run(serve(room, port));
    }
  } catch (const asyncio::Interrupted&) {
    std::puts("stopped");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "chat: %s\n", error.what());
    return 1;
  }
}
