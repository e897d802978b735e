// Streams on sockets and pipes: servers and clients, who keeps a connection
// and who ends it. The table of CPython's cases stands in
// stream_reader_test.cpp.


#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/echo_server.hpp"
#include "15-streams/stream_world.hpp"
#include "common/scratch_folder.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::error_of;
using test::manual_run;

// What the loop's exception handler is told, from now on.
void collect_reports(std::vector<std::string>& reports) {
  get_running_loop().set_exception_handler(
      [&reports](EventLoop&, const ExceptionContext& context) {
        std::string report = context.message;
        if (context.exception) report += ": " + describe(context.exception);
        reports.push_back(report);
      });
}

Coro<std::string> ask(Stream stream, std::string line) {
  stream.writer.write(line);
  std::string answer = co_await stream.reader.readline();
  stream.writer.close();
  co_await stream.writer.wait_closed();
  co_return answer;
}

Coro<> close_and_wait(Server server) {
  server.close();
  co_await server.wait_closed();
}

// A name in a folder of its own, which is gone with it.
struct Path {
  std::string str() const { return folder.file("socket"); }
  const asyncio::ScratchFolder folder;
};

}  // namespace

TEST("a server answers a client by TCP") {
  const int descriptors = test::open_descriptors();
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    Server server = co_await start_server(echo::answer, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    std::string answer = co_await ask(std::move(stream), "hello world!\n");
    CHECK_EQ(answer, "hello world!\n");
    co_await close_and_wait(server);
  });
  CHECK_EQ(reports.size(), std::size_t{0});
  CHECK_EQ(test::open_descriptors(), descriptors);
}

TEST("a server answers a client by a Unix socket") {
  manual_run([]() -> Coro<> {
    Path path;
    Server server = co_await start_unix_server(echo::answer, path.str());
    Stream stream = co_await open_unix_connection(path.str());
    std::string answer = co_await ask(std::move(stream), "hello world!\n");
    CHECK_EQ(answer, "hello world!\n");
    co_await close_and_wait(server);
  });
}

TEST("a server takes over a socket that listens already") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    const std::uint16_t port = listener.local_address().port();
    Server server = co_await start_server(echo::answer, std::move(listener));
    Stream stream = co_await open_connection("127.0.0.1", port);
    std::string answer = co_await ask(std::move(stream), "hello\n");
    CHECK_EQ(answer, "hello\n");
    co_await close_and_wait(server);
  });
}

TEST("a connection that nobody accepts is an error with its subject") {
  manual_run([]() -> Coro<> {
    std::uint16_t port;
    {
      Socket closed = Socket::listen_on(Address::loopback(0));
      port = closed.local_address().port();
    }
    std::string what = co_await error_of(open_connection("127.0.0.1", port));
    CHECK_EQ(what, "connect 127.0.0.1:" + std::to_string(port) +
                       ": Connection refused");
    Path path;
    what = co_await error_of(open_unix_connection(path.str()));
    CHECK_EQ(what, "connect " + path.str() + ": No such file or directory");
  });
}

TEST("both ends know who the other is") {
  manual_run([]() -> Coro<> {
    Address seen;
    ClientConnected handler = [&](StreamReader,
                                  StreamWriter writer) -> Coro<> {
      seen = writer.get_extra_info().peername;
      co_return;
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    const ExtraInfo info = stream.writer.get_extra_info();
    CHECK_EQ(info.peername.port(), server.port());
    std::string rest = co_await stream.reader.read();
    CHECK_EQ(rest, "");
    CHECK_EQ(seen.port(), info.sockname.port());
    server.close();
  });
}

TEST("a handler that has ended closes its connection, once all is sent") {
  manual_run([]() -> Coro<> {
    const std::string much(1 << 20, 'x');
    ClientConnected handler = [&](StreamReader,
                                  StreamWriter writer) -> Coro<> {
      writer.write(much);
      co_return;
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    std::string all = co_await stream.reader.read();
    CHECK(all == much);
    server.close();
  });
}

TEST("a handler may give its writer away, and the connection stays open") {
  manual_run([]() -> Coro<> {
    std::optional<StreamWriter> kept;
    Future<> ended = create_future();
    ClientConnected handler = [&](StreamReader,
                                  StreamWriter writer) -> Coro<> {
      kept = writer;
      ended.set_result();
      co_return;
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    co_await ended;
    co_await sleep(1s);
    kept->write("still here\n");
    std::string line = co_await stream.reader.readline();
    CHECK_EQ(line, "still here\n");
    kept.reset();
    line = co_await stream.reader.readline();
    CHECK_EQ(line, "");
    server.close();
  });
}

TEST("an error of a handler is reported, closes its connection and no other") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    std::optional<StreamWriter> kept;  // it is closed all the same
    ClientConnected handler = [&](StreamReader reader,
                                  StreamWriter writer) -> Coro<> {
      std::string line = co_await reader.readline();
      if (line == "bad\n") {
        kept = writer;
        throw std::runtime_error("test");
      }
      writer.write(line);
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream good = co_await open_connection("127.0.0.1", server.port());
    Stream bad = co_await open_connection("127.0.0.1", server.port());
    bad.writer.write("bad\n");
    std::string rest = co_await bad.reader.read();
    CHECK_EQ(rest, "");
    std::string answer = co_await ask(std::move(good), "good\n");
    CHECK_EQ(answer, "good\n");
    server.close();
  });
  CHECK_EQ(reports, (std::vector<std::string>{
                        "Unhandled exception in client_connected_cb: test"}));
}

TEST("a handler that is cancelled is no error, and its connection ends") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    std::optional<StreamWriter> kept;
    ClientConnected handler = [&](StreamReader, StreamWriter writer) -> Coro<> {
      kept = writer;
      current_task().cancel();
      co_await sleep(1h);
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    std::string rest = co_await stream.reader.read();
    CHECK_EQ(rest, "");
    server.close();
  });
  CHECK_EQ(reports.size(), std::size_t{0});
}

TEST("run() ends with handlers that wait, and closes their connections") {
  const int descriptors = test::open_descriptors();
  bool cancelled = false;
  manual_run([&]() -> Coro<> {
    ClientConnected handler = [&](StreamReader reader,
                                  StreamWriter) -> Coro<> {
      try {
        co_await reader.read(1);
      } catch (const CancelledError&) {
        cancelled = true;
        throw;
      }
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    co_await sleep(0s);
    co_await sleep(1s);
  });
  CHECK(cancelled);
  CHECK_EQ(test::open_descriptors(), descriptors);
}

TEST("a stream that outlives its loop is harmless") {
  const int descriptors = test::open_descriptors();
  const long frames = FramePool::live();
  {
    std::optional<Stream> kept;
    EventLoop::Options options = test::manual_clock();
    Runner(std::move(options)).run([](std::optional<Stream>& out) -> Coro<> {
      test::Ends ends = co_await test::open_pair();
      out = ends.stream;
    }(kept));
    CHECK(kept->writer.is_closing());
    CHECK_EQ(test::open_descriptors(), descriptors);
  }
  CHECK_EQ(FramePool::live(), frames);
}

TEST("a client that lets go of its writer has closed its connection") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    get_running_loop().set_debug(true);
    test::Ends ends = co_await test::open_pair();
    StreamReader reader = ends.stream.reader;
    {
      test::Ends other = co_await test::open_pair();
      std::swap(ends.stream, other.stream);  // the first one dies here
    }
    std::string rest = co_await reader.read();
    CHECK_EQ(rest, "");
    char byte;
    std::size_t size = ends.peer.recv(&byte, 1);
    CHECK_EQ(size, std::size_t{0});
  });
  CHECK(!reports.empty());
  CHECK_EQ(reports[0], "unclosed StreamWriter");
}

TEST("wait_closed returns although nobody has read what came") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    ends.peer.send_all("never read\n");
    co_await sleep(1s);
    CHECK(!ends.stream.writer.is_closing());
    ends.stream.writer.close();
    CHECK(ends.stream.writer.is_closing());
    co_await ends.stream.writer.wait_closed();
    // What has come before can still be read.
    std::string line = co_await ends.stream.reader.readline();
    CHECK_EQ(line, "never read\n");
    CHECK(ends.stream.reader.at_eof());
  });
}

TEST("a stream on a pipe reads to its end, whatever its limit") {
  manual_run([]() -> Coro<> {
    Pipe pipe = make_pipe();
    StreamReader reader = co_await open_read_pipe(std::move(pipe.read), 1);
    StreamWriter writer = co_await open_write_pipe(std::move(pipe.write));
    writer.write("data");
    co_await writer.drain();
    writer.close();
    co_await writer.wait_closed();
    std::string data = co_await reader.read();
    CHECK_EQ(data, "data");
  });
}

TEST("a writer on a pipe hears that its reader has gone") {
  manual_run([]() -> Coro<> {
    Pipe pipe = make_pipe();
    StreamWriter writer = co_await open_write_pipe(std::move(pipe.write));
    pipe.read.reset();
    std::string what;
    while (what.empty()) {
      writer.write("to nobody");
      what = co_await error_of(writer.drain());
    }
    CHECK(what.find("Broken pipe") != what.npos ||
          what.find("reset") != what.npos);
  });
}

TEST("a connect that is cancelled leaves nothing open") {
  const int descriptors = test::open_descriptors();
  manual_run([&]() -> Coro<> {
    Server server = co_await start_server(echo::answer, "127.0.0.1", 0);
    for (int turns = 0; turns < 8; ++turns) {
      auto task = create_task(open_connection("127.0.0.1", server.port()));
      for (int i = 0; i < turns; ++i) co_await sleep(0s);
      task.cancel();
      std::string what;
      try {
        co_await task;  // a stream that is made all the same dies here
      } catch (const CancelledError&) {
      }
    }
    co_await close_and_wait(server);
  });
  CHECK_EQ(test::open_descriptors(), descriptors);
}
