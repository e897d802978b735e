#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "14-transports-and-protocols/connection.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "15-streams/stream_reader.hpp"
#include "15-streams/stream_writer.hpp"

namespace asyncio {

// Both directions of a connection: auto [reader, writer] = co_await ...
struct Stream {
  StreamReader reader;
  StreamWriter writer;
};

struct StreamOptions {
  StreamOptions() {}
  std::size_t limit = StreamReader::kDefaultLimit;
  ConnectOptions connect;
};

// Connects, and gives the connection as a stream: asyncio.open_connection().
// Throws as create_connection(). The second form takes over a socket that is
// connected already.
Coro<Stream> open_connection(std::string host, std::uint16_t port,
                             StreamOptions options = {});
Coro<Stream> open_connection(Socket connected, StreamOptions options = {});
Coro<Stream> open_unix_connection(std::string path,
                                  StreamOptions options = {});

// Listens, and runs `handler(reader, writer)` as a task for each connection:
// asyncio.start_server(). The connection is closed when the handler has ended
// and no copy of its writer is left. An error that leaves the handler goes to
// the loop's exception handler, and closes the connection; that harms no
// other. Throws as create_server().
// A handler may be a lambda with captures: it is kept for as long as one of
// its coroutines runs.
Coro<Server> start_server(ClientConnected handler, std::string host,
                          std::uint16_t port, ServerOptions options = {},
                          std::size_t limit = StreamReader::kDefaultLimit);
// On a socket that listens already.
Coro<Server> start_server(ClientConnected handler, Socket listener,
                          ServerOptions options = {},
                          std::size_t limit = StreamReader::kDefaultLimit);
Coro<Server> start_unix_server(
    ClientConnected handler, std::string path, ServerOptions options = {},
    std::size_t limit = StreamReader::kDefaultLimit);

// One end of a pipe as a stream; see connect_read_pipe(). The first is closed
// at its end, or by reader.protocol()->transport()->close().
Coro<StreamReader> open_read_pipe(
    Descriptor pipe, std::size_t limit = StreamReader::kDefaultLimit);
Coro<StreamWriter> open_write_pipe(Descriptor pipe);

}  // namespace asyncio
