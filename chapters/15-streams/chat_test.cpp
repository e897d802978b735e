// The chat server, with its own clients and with nc.

#include <string>
#include <thread>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/chat_room.hpp"
#include "15-streams/stream_world.hpp"
#include "common/program.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

struct Chat {
  chat::Room room;
  ClientConnected talk = [this](StreamReader reader, StreamWriter writer) {
    return chat::talk(room, std::move(reader), std::move(writer));
  };
};

Coro<Stream> join(std::uint16_t port, std::string name) {
  Stream stream = co_await open_connection("127.0.0.1", port);
  stream.writer.write(name + "\r\n");
  std::string greeting = co_await stream.reader.readline();
  CHECK(greeting.starts_with("Your name? Here are:"));
  co_return stream;
}

}  // namespace

TEST("everybody hears what is said, except who said it") {
  Chat chat;
  manual_run([&]() -> Coro<> {
    Server server = co_await start_server(chat.talk, "127.0.0.1", 0);
    Stream ann = co_await join(server.port(), "Ann");
    Stream bob = co_await join(server.port(), "Bob");
    Stream eve = co_await join(server.port(), "Eve");
    bob.writer.write("hello\r\n");
    std::string heard = co_await eve.reader.readline();
    CHECK_EQ(heard, "Bob: hello\n");
    for (const char* line : {"* Bob has joined\n", "* Eve has joined\n",
                             "Bob: hello\n"}) {
      heard = co_await ann.reader.readline();
      CHECK_EQ(heard, line);
    }
    eve.writer.write_eof();
    heard = co_await bob.reader.readline();
    heard += co_await bob.reader.readline();
    CHECK_EQ(heard, "* Eve has joined\n* Eve has left\n");
    server.close();
  });
}

TEST("a name is given once, and is free again when its owner has left") {
  Chat chat;
  manual_run([&]() -> Coro<> {
    Server server = co_await start_server(chat.talk, "127.0.0.1", 0);
    {
      Stream ann = co_await join(server.port(), "Ann");
      Stream other = co_await open_connection("127.0.0.1", server.port());
      other.writer.write("Ann\nBob\n");
      std::string line = co_await other.reader.readline();
      CHECK_EQ(line, "Your name? That name is taken.\n");
      line = co_await other.reader.readline();
      CHECK_EQ(line, "Your name? Here are: Ann Bob\n");
      ann.writer.close();
      line = co_await other.reader.readline();
      CHECK_EQ(line, "* Ann has left\n");
    }
    co_await join(server.port(), "Ann");
    server.close();
  });
}

TEST("who does not listen is thrown out, and holds up nobody") {
  Chat chat;
  manual_run([&]() -> Coro<> {
    Server server = co_await start_server(chat.talk, "127.0.0.1", 0);
    Socket deaf = Socket::create(AF_INET);
    deaf.connect(Address::loopback(server.port()));
    deaf.send_all("Deaf\n");
    Stream ann = co_await join(server.port(), "Ann");
    Stream bob = co_await join(server.port(), "Bob");
    std::string heard = co_await ann.reader.readline();
    CHECK_EQ(heard, "* Bob has joined\n");
    const std::string line = std::string(60'000, 'x') + "\n";
    int said = 0;
    while (heard != "* Deaf has left\n" && said < 1000) {
      bob.writer.write(line);
      ++said;
      heard = co_await ann.reader.readline();
    }
    CHECK(said < 1000);
    CHECK_EQ(chat.room.names(), " Ann Bob");
    server.close();
  });
}

TEST("a line that is too long does not end the conversation") {
  Chat chat;
  manual_run([&]() -> Coro<> {
    Server server = co_await start_server(chat.talk, "127.0.0.1", 0);
    Stream ann = co_await join(server.port(), "Ann");
    Stream bob = co_await join(server.port(), "Bob");
    std::string heard = co_await ann.reader.readline();
    bob.writer.write(std::string(65'537, 'x') + "\nshort\n");
    heard = co_await ann.reader.readline();
    CHECK_EQ(heard, "Bob: (a line that is too long)\n");
    server.close();
  });
}

TEST("a stock nc can join") {
  if (program::run({"/bin/sh", "-c", "command -v nc"}).status != 0) {
    test::skip("there is no nc here");
  }
  // On the real clock: nc takes its time.
  EventLoop::Options options;
  options.clock = std::make_shared<SteadyClock>();
  program::Outcome nc;
  Chat room;
  Runner(std::move(options)).run([](Chat& chat,
                                    program::Outcome& outcome) -> Coro<> {
    Server server = co_await start_server(chat.talk, "127.0.0.1", 0);
    Stream ann = co_await join(server.port(), "Ann");
    const std::string command =
        "printf 'Nick\\nhello from nc\\n' | nc -N 127.0.0.1 " +
        std::to_string(server.port());
    Pipe ended = make_pipe();
    std::thread thread([&] {
      outcome = program::run({"/bin/sh", "-c", command});
      ended.write.reset();
    });
    struct Join {
      std::thread& thread;
      ~Join() { thread.join(); }
    } join{thread};
    std::string heard = co_await ann.reader.readline();
    heard += co_await ann.reader.readline();
    heard += co_await ann.reader.readline();
    CHECK_EQ(heard,
             "* Nick has joined\nNick: hello from nc\n* Nick has left\n");
    StreamReader end = co_await open_read_pipe(std::move(ended.read));
    co_await end.read();
    server.close();
  }(room, nc));
  CHECK_EQ(nc.status, 0);
  CHECK_EQ(nc.out, "Your name? Here are: Ann Nick\n");
}
