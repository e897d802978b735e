// A server and its clients in one loop, for tests: the embedded server, or
// redis-server, which is another process.
//
// Not part of the library: for programs and tests.

#pragma once

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "15-streams/streams.hpp"
#include "19-database/redis_client.hpp"
#include "common/scratch_folder.hpp"
#include "19-database/server.hpp"
#include "common/program.hpp"
#include "common/test.hpp"

namespace test {

// Runs body(server) in a loop, with a server that listens somewhere.
template <class Body>
asyncio::Coro<> serve_and(Body& body, database::ServerOptions options) {
  database::Server server(asyncio::get_running_loop(), std::move(options));
  co_await server.listen("127.0.0.1", 0);
  co_await body(server);
  co_await server.close();
}

// With the real clock; no frame is left at the end. And with one that jumps
// to the next deadline when nothing is to be done: for time limits, and where
// no thread has a hand in it.
template <class Body>
void with_server(Body body,
                 database::ServerOptions options = database::ServerOptions()) {
  const long frames = asyncio::FramePool::live();
  asyncio::run(serve_and(body, std::move(options)));
  CHECK_EQ(asyncio::FramePool::live(), frames);
}
template <class Body>
void with_server_and_manual_clock(
    Body body, database::ServerOptions options = database::ServerOptions()) {
  manual_run([&] { return serve_and(body, options); });
}

inline asyncio::RedisOptions options_for(const database::Server& server) {
  asyncio::RedisOptions options;
  options.port = server.port();
  return options;
}

// A connection without a client: bytes to the server, bytes back.
class RawClient {
 public:
  explicit RawClient(asyncio::Stream stream) : stream_(std::move(stream)) {}

  asyncio::Coro<std::string> ask(std::string bytes, std::size_t size) {
    stream_.writer.write(bytes);
    co_return co_await stream_.reader.readexactly(size);
  }
  // The answer is as long as what is expected; what came, if it is another.
  asyncio::Coro<std::string> expect(std::string bytes, std::string answer) {
    return ask(std::move(bytes), answer.size());
  }
  // All until the server ends the connection.
  asyncio::Coro<std::string> rest() {
    std::string all = co_await stream_.reader.read();
    co_return all;
  }
  asyncio::Stream& stream() noexcept { return stream_; }

 private:
  asyncio::Stream stream_;
};

inline asyncio::Coro<RawClient> connect_to(const database::Server& server) {
  asyncio::Stream stream =
      co_await asyncio::open_connection("127.0.0.1", server.port());
  co_return RawClient(std::move(stream));
}

// A path of PATH's folders where such a program is; "" if there is none.
inline std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/local/bin/", "/bin/",
                             "/opt/homebrew/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return "";
}

inline std::string need_program(const std::string& name) {
  const std::string path = find_program(name);
  if (path.empty()) skip(name + " is not installed");
  return path;
}

// redis-server, on a Unix socket in a folder of its own, keeping nothing.
class RealServer {
 public:
  RealServer()
      : program_({need_program("redis-server"), "--port", "0", "--unixsocket",
                  path(), "--save", "", "--appendonly", "no", "--dir",
                  folder_.path()}) {}
  ~RealServer() {
    program_.send_signal(SIGKILL);
    program_.wait();
  }

  std::string path() const { return folder_.file("redis.sock"); }
  pid_t pid() const { return program_.pid(); }

  // It takes some time to begin: a client tries again.
  asyncio::RedisOptions options() const {
    asyncio::RedisOptions options;
    options.unix_path = path();
    options.timeout = std::chrono::seconds(60);
    options.connect_tries = 12;
    options.retry_delay = std::chrono::milliseconds(10);
    return options;
  }

 private:
  asyncio::ScratchFolder folder_;
  program::Program program_;
};

}  // namespace test
