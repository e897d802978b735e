// Streams in trouble: slow readers, half-closed and broken connections, and
// cancellation at every await.

#include <random>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/echo_server.hpp"
#include "15-streams/stream_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::error_of;
using test::manual_run;

// Numbers, each on a line of its own.
std::string numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
  return text;
}

// Bytes in which every place is different from its neighbours.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
  }
  return bytes;
}

Coro<std::string> read_slowly(StreamReader reader) {
  std::string all;
  for (;;) {
    std::string piece = co_await reader.read(50'000);
    if (piece.empty()) co_return all;
    all += piece;
    co_await sleep(1ms);
  }
}

}  // namespace

TEST("a slow reader costs the writer no more memory than its water mark") {
  manual_run([]() -> Coro<> {
    const std::string all = pattern(8 << 20);
    std::size_t most = 0;
    ClientConnected handler = [&](StreamReader,
                                  StreamWriter writer) -> Coro<> {
      for (std::size_t at = 0; at < all.size(); at += 16384) {
        writer.write(std::string_view(all).substr(at, 16384));
        most = std::max(most, writer.transport().get_write_buffer_size());
        co_await writer.drain();
      }
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    std::string got = co_await read_slowly(stream.reader);
    CHECK(got == all);
    CHECK(most > 0);  // the reader was slow indeed
    CHECK(most <= 64 * 1024 + 16384);
    server.close();
  });
}

TEST("a peer that sends and is not read has to wait") {
  manual_run([]() -> Coro<> {
    StreamOptions options;
    options.limit = 1024;
    test::Ends ends = co_await test::open_pair(options);
    ends.peer.set_nonblocking();
    const std::string piece(65536, 'x');
    std::size_t sent = 0;
    int refused = 0;
    while (refused < 100) {
      std::optional<std::size_t> size = ends.peer.try_send(piece);
      sent += size.value_or(0);
      refused = size ? 0 : refused + 1;
      co_await sleep(1ms);
    }
    CHECK(sent < 8'000'000);  // mostly in the kernel
    ends.peer.shutdown_write();
    std::string all = co_await ends.stream.reader.read();
    CHECK_EQ(all.size(), sent);
  });
}

TEST("a half-close delivers every byte, both ways") {
  manual_run([]() -> Coro<> {
    const std::string all = pattern(3 << 20);
    Server server = co_await start_server(echo::answer, "127.0.0.1", 0);
    Stream stream = co_await open_connection("127.0.0.1", server.port());
    auto back = create_task(stream.reader.read());
    stream.writer.write(all);
    stream.writer.write_eof();  // with most of it still to be sent
    std::string got = co_await back;
    CHECK(got == all);
    CHECK(stream.reader.at_eof());
    server.close();
  });
}

TEST("after a half-close the other direction goes on for as long as it likes") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    ends.peer.shutdown_write();
    std::string end = co_await ends.stream.reader.read(1);
    CHECK_EQ(end, "");
    for (int i = 0; i < 3; ++i) {
      co_await sleep(1h);
      ends.stream.writer.write("still ");
      co_await ends.stream.writer.drain();
    }
    char buffer[32];
    std::size_t size = ends.peer.recv(buffer, sizeof buffer);
    CHECK_EQ(std::string(buffer, size), "still still still ");
  });
}

TEST("a write after write_eof is refused") {
  manual_run([]() -> Coro<> {
    test::Ends ends = co_await test::open_pair();
    CHECK(ends.stream.writer.can_write_eof());
    ends.stream.writer.write_eof();
    CHECK_THROWS(std::runtime_error, ends.stream.writer.write("more"));
    co_return;
  });
}

TEST("a reset at any byte of a message is an error of that connection alone") {
  manual_run([]() -> Coro<> {
    const std::string message = "one\ntwo and three\n";
    std::string got, error;
    Future<> ended;
    ClientConnected handler = [&](StreamReader reader,
                                  StreamWriter writer) -> Coro<> {
      try {
        for (;;) {
          std::string line = co_await reader.readline();
          if (line.empty()) co_return;
          if (line == "are you there?\n") writer.write("yes\n");
          got += line;
        }
      } catch (const std::exception& e) {
        error = e.what();
      }
      if (ended) ended.set_result();
    };
    Server server = co_await start_server(handler, "127.0.0.1", 0);
    Stream other = co_await open_connection("127.0.0.1", server.port());
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
      got = error = "";
      ended = create_future();
      Socket client = Socket::create(AF_INET);
      client.connect(Address::loopback(server.port()));
      client.send_all(message.substr(0, cut));
      const std::string name = client.local_address().str();
      if (cut % 2 == 0) co_await sleep(1ms);  // it may have been read by then
      test::reset(client);
      co_await ended;
      CHECK_EQ(error, "recv " + name + ": Connection reset by peer");
      CHECK(message.substr(0, cut).starts_with(got));
      other.writer.write("are you there?\n");
      std::string answer = co_await other.reader.readline();
      CHECK_EQ(answer, "yes\n");
    }
    ended = {};
    server.close();
  });
}

TEST("a writer whose peer resets hears of it, wherever it waits") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    const std::uint16_t port = listener.local_address().port();
    Stream stream = co_await open_connection("127.0.0.1", port);
    Socket peer = listener.accept();
    stream.writer.write(std::string(16 << 20, 'x'));
    auto drains = create_task(error_of(stream.writer.drain()));
    auto closes = create_task(error_of(stream.writer.wait_closed()));
    auto reads = create_task(error_of(stream.reader.readline()));
    co_await sleep(1ms);
    CHECK(!drains.done() && !closes.done() && !reads.done());
    test::reset(peer);
    for (auto* task : {&drains, &closes, &reads}) {
      std::string what = co_await *task;
      CHECK(what.find("Connection reset by peer") != what.npos);
    }
  });
}

// Starts `work` anew each time that it was cancelled, after a random number
// of turns, until it returns.
template <class Work>
Coro<int> with_cancels(Work& work, std::mt19937& random) {
  for (int cancelled = 0;; ++cancelled) {
    Task<> task = create_task(work());
    const auto turns = random() % 7;
    for (std::size_t i = 0; i < turns; ++i) co_await sleep(0s);
    task.cancel();
    bool ended = true;
    try {
      co_await task;
    } catch (const CancelledError&) {
      ended = false;
    }
    if (ended) co_return cancelled;
  }
}

TEST("a reader that is cancelled again and again loses no byte") {
  manual_run([]() -> Coro<> {
    std::mt19937 random(15);
    const std::string all = numbers(3000);
    test::Ends ends = co_await test::open_pair();
    auto feed = [&]() -> Coro<> {
      for (std::size_t at = 0; at < all.size();) {
        const std::size_t size = 1 + random() % 40;
        ends.peer.send_all(all.substr(at, size));
        at += size;
        co_await sleep(0s);
      }
      ends.peer.shutdown_write();
    };
    Task<> feeding = create_task(feed());
    std::string got;
    int kind = 0;
    auto work = [&]() -> Coro<> {
      StreamReader& reader = ends.stream.reader;
      for (;;) {
        std::string piece;
        try {
          switch (++kind % 4) {
            case 0: piece = co_await reader.readline(); break;
            case 1: piece = co_await reader.read(3); break;
            case 2: piece = co_await reader.readexactly(5); break;
            default: piece = co_await reader.readuntil("0\n"); break;
          }
        } catch (const IncompleteReadError& error) {
          piece = error.partial();
        }
        if (piece.empty() && reader.at_eof()) co_return;
        got += piece;
      }
    };
    int cancelled = co_await with_cancels(work, random);
    CHECK(got == all);
    CHECK(cancelled > 100);
    co_await feeding;
  });
}

TEST("a writer that is cancelled again and again sends each byte once") {
  manual_run([]() -> Coro<> {
    std::mt19937 random(16);
    const std::string all = pattern(4 << 20);
    auto [ours, theirs] = Socket::pair();
    ours.set_nonblocking();
    theirs.set_nonblocking();
    Stream stream = co_await open_connection(std::move(ours));
    Stream peer = co_await open_connection(std::move(theirs));
    auto reading = create_task(read_slowly(peer.reader));
    std::size_t at = 0;
    auto work = [&]() -> Coro<> {
      while (at < all.size()) {
        const std::size_t size = std::min<std::size_t>(9000, all.size() - at);
        stream.writer.write(std::string_view(all).substr(at, size));
        at += size;  // written is written: a cancelled drain takes it not back
        co_await stream.writer.drain();
      }
      stream.writer.write_eof();
    };
    int cancelled = co_await with_cancels(work, random);
    CHECK(cancelled > 10);
    std::string got = co_await reading;
    CHECK(got == all);
  });
}
