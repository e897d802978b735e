#include "19-database/server.hpp"

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/stream_world.hpp"
#include "19-database/database_world.hpp"
#include "19-database/resp.hpp"
#include "common/test.hpp"

// The server, byte by byte: what comes in pieces, broken, too large or not at
// all, and who does not read.

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::create_task;
using asyncio::Task;
using database::Server;
using test::connect_to;
using test::RawClient;
using test::with_server;
using test::with_server_and_manual_clock;

const std::string pipeline =
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\nget k\r\n"
    "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n*1\r\n$4\r\nPING\r\n";
const std::string answers = "+OK\r\n$4\r\na\r\nb\r\n:1\r\n+PONG\r\n";

TEST("commands that come one byte at a time are answered like those at once") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    for (char c : pipeline) {
      client.stream().writer.write(std::string_view(&c, 1));
      co_await asyncio::sleep(1ms);
    }
    std::string got = co_await client.expect("", answers);
    CHECK_EQ(got, answers);
  });
}

TEST("who sends all and then its end gets all answers, and the end") {
  with_server([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write(pipeline);
    client.stream().writer.write_eof();
    std::string got = co_await client.rest();
    CHECK_EQ(got, answers);
  });
}

TEST("QUIT is answered, and what follows it is not") {
  with_server([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    client.stream().writer.write("PING\r\nQUIT\r\nSET late 1\r\n");
    std::string got = co_await client.rest();
    CHECK_EQ(got, "+PONG\r\n+OK\r\n");
    CHECK_EQ(server.keys(), 0);
  });
}

// A plain socket, so that it can be reset.
asyncio::Socket connect_plainly(const Server& server) {
  asyncio::Socket socket = asyncio::Socket::create(AF_INET);
  socket.connect(asyncio::Address::loopback(server.port()));
  return socket;
}

Coro<> until_connections(const Server& server, std::size_t count) {
  while (server.connections() != count) co_await asyncio::sleep(1ms);
}

TEST("a connection that is reset at any byte leaves nothing behind") {
  const std::string all =
      "SUBSCRIBE a\r\nUNSUBSCRIBE\r\nMULTI\r\n" + pipeline +
      "EXEC\r\nSUBSCRIBE a\r\nUNSUBSCRIBE\r\nBLPOP x 0\r\n";
  with_server([&](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    for (std::size_t size = 0; size <= all.size(); ++size) {
      asyncio::Socket socket = connect_plainly(server);
      if (size > 0) socket.send_all(std::string_view(all).substr(0, size));
      co_await until_connections(server, 2);
      test::reset(socket);
      co_await until_connections(server, 1);
    }
    std::string got = co_await other.expect("PUBLISH a x\r\n", ":0\r\n");
    CHECK_EQ(got, ":0\r\n");
    got = co_await other.expect("LPUSH x 1\r\nLLEN x\r\n", ":1\r\n:1\r\n");
    CHECK_EQ(got, ":1\r\n:1\r\n");
  });
}

TEST("who breaks the protocol is told, and cut off; others are not") {
  with_server([](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    for (const std::string bad : {"*1\r\n!x\r\n", "*x\r\n", "*1\r\n$x\r\n"}) {
      RawClient client = co_await connect_to(server);
      client.stream().writer.write("PING\r\n" + bad + "PING\r\n");
      std::string got = co_await client.rest();
      CHECK(got.starts_with("+PONG\r\n-ERR Protocol error: "));
      CHECK_EQ(got.find("PONG", 7), std::string::npos);
      got = co_await other.expect("PING\r\n", "+PONG\r\n");
      CHECK_EQ(got, "+PONG\r\n");
    }
  });
}

TEST("what is too large is refused before it has come") {
  database::ServerOptions options;
  options.limits.text = 1000;
  options.limits.line = 100;
  with_server(
      [](Server& server) -> Coro<> {
        RawClient client = co_await connect_to(server);
        client.stream().writer.write("*2\r\n$3\r\nGET\r\n$1001\r\n");
        std::string got = co_await client.rest();
        CHECK_EQ(got, "-ERR Protocol error: invalid bulk length\r\n");
        RawClient second = co_await connect_to(server);
        second.stream().writer.write(std::string(101, 'x'));
        got = co_await second.rest();
        CHECK_EQ(got, "-ERR Protocol error: too big inline request\r\n");
      },
      options);
}

// ---- who does not read

// 2000 answers of a megabyte would be two gigabytes.
TEST("who does not read is not answered, and costs no memory") {
  with_server([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    std::string set;
    resp::append_command(set, std::vector<std::string_view>{
                                  "SET", "k", std::string(1'000'000, 'x')});
    co_await client.expect(set, "+OK\r\n");
    constexpr int count = 2000;
    std::string commands;
    for (int i = 0; i < count; ++i) commands += "GET k\r\n";
    asyncio::Socket slow = connect_plainly(server);
    slow.send_all(commands);
    for (int i = 0; i < 100; ++i) {
      std::string got = co_await client.expect("PING\r\n", "+PONG\r\n");
      CHECK(server.bytes_held() < 8'000'000);
    }
    CHECK(server.bytes_held() > 0);
    test::reset(slow);
    co_await until_connections(server, 1);
  });
}

TEST("who reads late gets every byte") {
  with_server([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    std::string set;
    resp::append_command(set, std::vector<std::string_view>{
                                  "SET", "k", std::string(100'000, 'x')});
    co_await client.expect(set, "+OK\r\n");
    constexpr std::size_t count = 300;
    std::string commands;
    for (std::size_t i = 0; i < count; ++i) commands += "GET k\r\n";
    RawClient slow = co_await connect_to(server);
    slow.stream().writer.write(commands);
    while (server.bytes_held() == 0) {
      co_await client.expect("PING\r\n", "+PONG\r\n");
    }
    slow.stream().writer.write("QUIT\r\n");
    std::string got = co_await slow.rest();
    CHECK_EQ(got.size(), count * 100'011 + 5);
  });
}

TEST("a transaction that is never done has a limit") {
  database::ServerOptions options;
  options.limits.command = 10'000;
  with_server(
      [](Server& server) -> Coro<> {
        RawClient client = co_await connect_to(server);
        const std::string set = "SET k " + std::string(900, 'x') + "\r\n";
        std::string commands = "MULTI\r\n";
        for (int i = 0; i < 12; ++i) commands += set;
        client.stream().writer.write(commands + "EXEC\r\nQUIT\r\n");
        std::string got = co_await client.rest();
        CHECK(got.ends_with("-ERR Protocol error: too big transaction\r\n"));
        CHECK_EQ(server.keys(), 0);
      },
      options);
}

TEST("who does not read does not keep a server from closing") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    std::string set;
    resp::append_command(set, std::vector<std::string_view>{
                                  "SET", "k", std::string(10'000'000, 'x')});
    co_await client.expect(set, "+OK\r\n");
    asyncio::Socket slow = connect_plainly(server);
    slow.send_all("GET k\r\nGET k\r\n");
    while (server.bytes_held() == 0) co_await asyncio::sleep(1ms);
    bool closed = true;
    try {
      co_await asyncio::wait_for(server.close(), 60s);
    } catch (const asyncio::TimeoutError&) {
      closed = false;
      test::reset(slow);
    }
    CHECK(closed);
  });
}

TEST("who has subscribed and does not read is cut off") {
  database::ServerOptions options;
  options.max_output = 10'000'000;
  with_server(
      [](Server& server) -> Coro<> {
        asyncio::Socket slow = connect_plainly(server);
        slow.send_all("SUBSCRIBE a\r\n");
        RawClient client = co_await connect_to(server);
        const std::string publish =
            "PUBLISH a " + std::string(60'000, 'x') + "\r\n";
        std::string got = ":1\r\n";
        for (int i = 0; got == ":1\r\n"; ++i) {
          CHECK(i < 1000);
          got = co_await client.expect(publish, ":1\r\n");
          CHECK(server.bytes_held() < 10'200'000);
        }
        co_await until_connections(server, 1);
      },
      options);
}

// ---- BLPOP and time

TEST("BLPOP gives up at its moment, and the commands behind it go on") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    RawClient client = co_await connect_to(server);
    const auto begin = loop.time();
    const std::string expected = "*-1\r\n+PONG\r\n*-1\r\n";
    std::string got = co_await client.expect(
        "BLPOP k 1.5\r\nPING\r\nBLPOP k 0.25\r\n", expected);
    CHECK_EQ(got, expected);
    CHECK(loop.time() - begin == 1750ms);
  });
}

TEST("a timer of BLPOP is gone with its answer") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    RawClient waiter = co_await connect_to(server);
    RawClient pusher = co_await connect_to(server);
    const auto begin = loop.time();
    waiter.stream().writer.write("BLPOP k 5\r\nBLPOP k 10\r\n");
    co_await asyncio::sleep(1s);
    co_await pusher.expect("LPUSH k a\r\n", ":1\r\n");
    const std::string expected = "*2\r\n$1\r\nk\r\n$1\r\na\r\n*-1\r\n";
    std::string got = co_await waiter.expect("", expected);
    CHECK_EQ(got, expected);
    CHECK(loop.time() - begin == 11s);
  });
}

TEST("who goes away while it waits is given nothing, however it goes") {
  with_server([](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    for (bool reset : {true, false}) {
      asyncio::Socket waiter = connect_plainly(server);
      waiter.send_all("BLPOP k 0\r\n");
      co_await until_connections(server, 2);
      if (reset) {
        test::reset(waiter);
      } else {
        waiter.shutdown_write();
      }
      co_await until_connections(server, 1);
    }
    std::string got =
        co_await other.expect("LPUSH k a\r\nLLEN k\r\n", ":1\r\n:1\r\n");
    CHECK_EQ(got, ":1\r\n:1\r\n");
  });
}

// Its end and its first item come at once: the second BLPOP begins after both.
TEST("who has said its end waits for no other item") {
  with_server([](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    RawClient waiter = co_await connect_to(server);
    waiter.stream().writer.write("BLPOP k 0\r\nBLPOP l 0\r\n");
    co_await other.expect("PING\r\n", "+PONG\r\n");
    other.stream().writer.write("LPUSH k a\r\n");
    waiter.stream().writer.write_eof();
    std::string got = co_await asyncio::wait_for(waiter.rest(), 20s);
    CHECK_EQ(got, "*2\r\n$1\r\nk\r\n$1\r\na\r\n");
    co_await until_connections(server, 1);
    got = co_await other.expect("LPUSH l a\r\nLLEN l\r\n",
                                ":1\r\n:1\r\n:1\r\n");
    CHECK_EQ(got, ":1\r\n:1\r\n:1\r\n");
  });
}

TEST("a client that waits is not read far ahead") {
  with_server([](Server& server) -> Coro<> {
    RawClient other = co_await connect_to(server);
    RawClient waiter = co_await connect_to(server);
    waiter.stream().writer.write("BLPOP k 0\r\n");
    constexpr std::size_t count = 2000;
    const std::string text(10'000, 'x');
    std::string ping, pong;
    resp::append_command(ping, std::vector<std::string_view>{"PING", text});
    resp::append_text(pong, text);
    for (std::size_t i = 0; i < count; ++i) {
      waiter.stream().writer.write(ping);
    }
    for (int i = 0; i < 100; ++i) {
      co_await other.expect("PING\r\n", "+PONG\r\n");
    }
    // The kernel's buffers are full, and the rest stands with the client.
    CHECK(waiter.stream().writer.transport().get_write_buffer_size() > 0);
    co_await other.expect("LPUSH k a\r\n", ":1\r\n");
    std::string got = co_await waiter.ask("", 18 + count * pong.size());
    CHECK_EQ(got.substr(0, 18), "*2\r\n$1\r\nk\r\n$1\r\na\r\n");
    CHECK(got.ends_with(pong));
  });
}

TEST("keys go when their time has come, though nobody looks") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    co_await client.expect("SET a 1 EX 100\r\nSET b 1 PX 500\r\nSET c 1\r\n",
                           "+OK\r\n+OK\r\n+OK\r\n");
    CHECK_EQ(server.keys(), 3);
    co_await asyncio::sleep(501ms);
    CHECK_EQ(server.keys(), 2);
    co_await asyncio::sleep(100s);
    CHECK_EQ(server.keys(), 1);
  });
}

TEST("a key may live for thousands of years, and costs nothing meanwhile") {
  with_server_and_manual_clock([](Server& server) -> Coro<> {
    RawClient client = co_await connect_to(server);
    co_await client.expect("SET a 1 PX 99999999999999\r\n", "+OK\r\n");
    // A sweep that is always due would leave the clock no time to jump.
    co_await asyncio::sleep(3h);
    CHECK_EQ(server.keys(), 1);
  });
}

TEST("a hundred clients at once, and each has its own answers") {
  with_server([](Server& server) -> Coro<> {
    auto talk = [](Server& to, int number) -> Coro<bool> {
      RawClient client = co_await connect_to(to);
      const std::string text = std::to_string(number);
      std::string set = "SET k" + text + " " + text + "\r\n";
      co_await client.expect(set, "+OK\r\n");
      std::string expected;
      resp::append_text(expected, text);
      for (int i = 0; i < 20; ++i) {
        std::string got =
            co_await client.expect("GET k" + text + "\r\n", expected);
        if (got != expected) co_return false;
      }
      co_return true;
    };
    std::vector<Task<bool>> clients;
    for (int i = 0; i < 100; ++i) {
      clients.push_back(create_task(talk(server, i)));
    }
    for (Task<bool>& client : clients) {
      bool right = co_await client;
      CHECK(right);
    }
  });
}

}  // namespace
