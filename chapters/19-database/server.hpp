#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "08-coroutines/coro.hpp"
#include "14-transports-and-protocols/server.hpp"
#include "19-database/command_parser.hpp"
#include "19-database/journal.hpp"
#include "19-database/log_file.hpp"
#include "common/ref.hpp"

namespace database {

class ServerState;

// What a Server keeps, and what it allows its clients.
struct ServerOptions {
  ServerOptions() {}
  std::shared_ptr<LogFile> log;  // none: everything is gone at the end
  Journal::Sync sync = Journal::Sync::kAlways;
  resp::CommandParser::Limits limits;
  // Bytes that may wait for one client, before it is cut off.
  std::size_t max_output = 32 * 1024 * 1024;
  // How long a client may take to read its last answers, when the server
  // closes.
  asyncio::Duration close_timeout = std::chrono::seconds(5);
};

// A Server is a small database that speaks RESP, as redis-server does: keys
// with texts and lists, and messages. Everything is in memory; with a log,
// an answer that says a write was done is sent when it is on disk.
//
//     Server server(get_running_loop());
//     co_await server.listen("127.0.0.1", 6379);
//     co_await server.serve_forever();
//
// Ownership: its connections live on without it, until they end. Thread: the
// loop's. Errors: the constructor throws as LogFile does, listen() as
// create_server() does.
class Server {
 public:
  explicit Server(asyncio::EventLoop& loop,
                  ServerOptions options = ServerOptions());
  Server(const Server&) = delete;
  ~Server();

  // Accepts connections from now on. May be called several times.
  asyncio::Coro<> listen(std::string host, std::uint16_t port);
  asyncio::Coro<> listen_unix(std::string path);
  std::vector<asyncio::Address> addresses() const;
  std::uint16_t port() const;  // of the first that has one

  // Never returns. Throws when the log cannot be written: then all
  // connections were cut, since nothing more can be promised to them.
  asyncio::Coro<> serve_forever();

  // Accepts no more and begins nothing more, waits until the disk has what
  // was written, sends the answers to that, and closes all connections; in
  // the end also those whose client does not read.
  asyncio::Coro<> close();

  std::size_t connections() const;
  std::size_t keys() const;
  // Answers that are held here, for the disk or for who does not read.
  std::size_t bytes_held() const;
  // What the log had at the start.
  const LogFile::Loaded& loaded() const;

 private:
  asyncio::ProtocolFactory sessions() const;
  asyncio::Coro<> wait_closed();

  asyncio::Ref<ServerState> state_;
  std::vector<asyncio::Server> listeners_;
};

}  // namespace database
