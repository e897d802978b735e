// A client that reads more slowly than the server writes: what the server
// keeps for it, with drain() and without.
//
//   drain [MEGABYTES]   64

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/streams.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

constexpr std::size_t chunk_size = 64 * 1024;

// Sends `chunks` of them, and tells the most that was waiting to be sent.
Coro<std::size_t> send_all(StreamWriter writer, std::size_t chunks,
                           bool drain) {
  const std::string chunk(chunk_size, 'x');
  std::size_t most = 0;
  for (std::size_t i = 0; i < chunks; ++i) {
    writer.write(chunk);
    most = std::max(most, writer.transport().get_write_buffer_size());
    if (drain) co_await writer.drain();
  }
  co_return most;
}

Coro<std::size_t> read_slowly(StreamReader reader) {
  std::size_t got = 0;
  for (;;) {
    std::string piece = co_await reader.read(chunk_size);
    if (piece.empty()) co_return got;
    got += piece.size();
    co_await asyncio::sleep(1ms);
  }
}

Coro<> measure(std::size_t chunks, bool drain) {
  std::size_t most = 0;
  asyncio::ClientConnected handler = [&](StreamReader,
                                         StreamWriter writer) -> Coro<> {
    most = co_await send_all(std::move(writer), chunks, drain);
  };
  auto server = co_await asyncio::start_server(handler, "127.0.0.1", 0);
  auto [reader, writer] =
      co_await asyncio::open_connection("127.0.0.1", server.port());
  std::size_t got = co_await read_slowly(reader);
  server.close();
  std::printf("%s: %zu KiB came, and at most %zu KiB were waiting\n",
              drain ? "with drain" : "without drain", got / 1024,
              most / 1024);
}

Coro<> compare(std::size_t megabytes) {
  const std::size_t chunks = megabytes * 1024 * 1024 / chunk_size;
  co_await measure(chunks, false);
  co_await measure(chunks, true);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const long asked = argc > 1 ? std::atol(argv[1]) : 64;
    asyncio::run(compare(static_cast<std::size_t>(std::max(1L, asked))));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "drain: %s\n", error.what());
    return 1;
  }
}
