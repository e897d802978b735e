// Our streams and Python's talk to each other, both ways.

#include <fcntl.h>

#include <optional>
#include <string>
#include <thread>

#include "10-tasks/runner.hpp"
#include "15-streams/echo_server.hpp"
#include "15-streams/streams.hpp"
#include "common/program.hpp"
#include "common/test.hpp"

namespace {

using namespace asyncio;

// Sends a megabyte and the end, and compares what comes back; then talks in
// lines, on a second connection.
constexpr const char* python_client = R"(
import asyncio, sys

async def main():
    port = int(sys.argv[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = bytes(range(256)) * 4096
    writer.write(data)
    writer.write_eof()
    assert await reader.read() == data
    writer.close()
    await writer.wait_closed()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for i in range(100):
        writer.write(b"line %d\n" % i)
        await writer.drain()
        assert await reader.readline() == b"line %d\n" % i
    writer.close()
    print("content")

asyncio.run(main())
)";

// Echoes on a socket that it is given, until two clients have left.
constexpr const char* python_server = R"(
import asyncio, socket, sys

async def main():
    left = asyncio.Semaphore(0)
    async def echo(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        left.release()
    server = await asyncio.start_server(
        echo, sock=socket.socket(fileno=int(sys.argv[1])))
    await left.acquire()
    await left.acquire()
    print("content")

asyncio.run(main())
)";

void need_python() {
  const char* modern = "import sys; sys.exit(sys.version_info < (3, 8))";
  if (program::run({"/usr/bin/env", "python3", "-c", modern}).status != 0) {
    test::skip("there is no python3 here");
  }
}

// A Python program beside the loop; a coroutine can wait for its end.
class Python {
 public:
  Python(const char* script, std::string argument)
      : thread_([this, script, argument] {
          outcome = program::run(
              {"/usr/bin/env", "python3", "-c", script, argument});
          ended_.write.reset();
        }) {}
  ~Python() {
    if (thread_.joinable()) thread_.join();
  }

  Coro<> wait() {
    StreamReader end = co_await open_read_pipe(std::move(ended_.read));
    co_await end.read();
    thread_.join();  // which has nothing left to do
  }

  program::Outcome outcome;

 private:
  Pipe ended_ = make_pipe();
  std::thread thread_;
};

// Not on a virtual clock: Python has its own.
template <class Function>
void real_run(Function function) {
  EventLoop::Options options;
  options.clock = std::make_shared<SteadyClock>();
  Runner(std::move(options)).run(function());
}

}  // namespace

TEST("a client of Python's asyncio is content with our server") {
  need_python();
  std::optional<Python> python;
  real_run([&]() -> Coro<> {
    Server server = co_await start_server(echo::answer, "127.0.0.1", 0);
    python.emplace(python_client, std::to_string(server.port()));
    co_await python->wait();
    server.close();
  });
  CHECK_EQ(python->outcome.err, "");
  CHECK_EQ(python->outcome.out, "content\n");
}

TEST("our client is content with a server of Python's asyncio") {
  need_python();
  Socket listener = Socket::listen_on(Address::loopback(0));
  const std::uint16_t port = listener.local_address().port();
  ::fcntl(listener.fd(), F_SETFD, 0);  // the program inherits it
  Python python(python_server, std::to_string(listener.fd()));
  real_run([&]() -> Coro<> {
    std::string data;
    for (int i = 0; i < 1 << 20; ++i) data += static_cast<char>(i);
    {
      Stream stream = co_await open_connection("127.0.0.1", port);
      stream.writer.write(data);
      stream.writer.write_eof();
      std::string back = co_await stream.reader.read();
      CHECK(back == data);
    }
    {
      Stream stream = co_await open_connection("127.0.0.1", port);
      for (int i = 0; i < 100; ++i) {
        const std::string line = "line " + std::to_string(i) + "\n";
        stream.writer.write(line);
        co_await stream.writer.drain();
        std::string back = co_await stream.reader.readline();
        CHECK_EQ(back, line);
      }
    }
    co_await python.wait();
  });
  CHECK_EQ(python.outcome.err, "");
  CHECK_EQ(python.outcome.out, "content\n");
}
