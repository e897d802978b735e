#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "12-cancellation/wait_for.hpp"
#include "19-database/client_cases.hpp"
#include "19-database/database_world.hpp"

// RedisClient, RedisPool and RedisSubscription, with the embedded server; and
// with one that misbehaves.

namespace {

using namespace std::chrono_literals;
using namespace client_cases;
using asyncio::RedisConnectionLost;
using asyncio::StreamReader;
using asyncio::StreamWriter;
using asyncio::TimeoutError;
using test::with_server;

void with_embedded(Coro<> (*test_case)(RedisOptions)) {
  with_server([=](database::Server& server) {
    return test_case(test::options_for(server));
  });
}

TEST("a client sends commands, and gets the answers") {
  with_embedded(plain_commands);
}

TEST("what the server refuses is an error with the server's words") {
  with_embedded(refused_commands);
}

TEST("texts of megabytes, of any bytes, come back as they were") {
  with_embedded(large_texts);
}

TEST("a hundred tasks share a connection, and no answer is mixed up") {
  with_embedded(many_tasks_one_connection);
}

TEST("a cancelled command takes no answer from the others") {
  with_embedded(cancelled_commands);
}

TEST("a transaction gives all answers, or is refused as one") {
  with_embedded(transactions);
}

TEST("a subscription hears what is published, in order, until it is closed") {
  with_embedded(messages);
}

TEST("a slow subscriber loses nothing that the server has kept for it") {
  with_embedded(many_messages);
}

TEST("a pool lends out no more connections than it has") {
  with_embedded(pool_has_a_limit);
}

TEST("BLPOP is served in order, and one that was cancelled takes nothing") {
  with_embedded(blocking_commands);
}

// ---- a server that does what the test says

using Handler = std::function<Coro<>(StreamReader, StreamWriter)>;

// Runs body(options) beside a server whose every connection is `handler`.
template <class Body>
void with_handler(Handler handler, Body body) {
  test::manual_run([&]() -> Coro<> {
    asyncio::Server server =
        co_await asyncio::start_server(handler, "127.0.0.1", 0);
    RedisOptions options;
    options.port = server.port();
    co_await body(options);
    server.close();
  });
}

Coro<> answer_nothing(StreamReader reader, StreamWriter) {
  co_await reader.read();
}

template <class Error>
Coro<std::string> error_of(Coro<Value> command) {
  try {
    co_await std::move(command);
  } catch (const Error& error) {
    co_return error.what();
  }
  co_return "no error";
}

TEST("an answer that is overdue ends the connection, for all behind it") {
  with_handler(answer_nothing, [](RedisOptions options) -> Coro<> {
    RedisClient client(options);
    Task<std::string> first =
        create_task(error_of<TimeoutError>(client.command("ECHO", 1)));
    co_await asyncio::sleep(1s);
    std::string second =
        co_await error_of<RedisConnectionLost>(client.command("PING"));
    std::string told = co_await first;
    CHECK_EQ(told, "ECHO " + options.server() + ": timed out");
    CHECK_EQ(second, "read " + options.server() + ": connection dropped");
    CHECK(!client.is_connected());
  });
}

TEST("a command that is cancelled by its own task leaves the connection") {
  with_handler(
      [](StreamReader reader, StreamWriter writer) -> Coro<> {
        for (int i = 1;; ++i) {
          // "*1", "$4", "PING"
          for (int line = 0; line < 3; ++line) co_await reader.readline();
          if (reader.at_eof()) co_return;
          co_await asyncio::sleep(2s);
          writer.write(":" + std::to_string(i) + "\r\n");
        }
      },
      [](RedisOptions options) -> Coro<> {
        RedisClient client(options);
        bool timed_out = false;
        try {
          co_await asyncio::wait_for(client.command("PING"), 1s);
        } catch (const TimeoutError&) {
          timed_out = true;
        }
        CHECK(timed_out);
        CHECK(client.is_busy());
        Value second = co_await client.command("PING");
        CHECK_EQ(second.integer, 2);
        CHECK_EQ(client.connections_made(), 1);
        client.close();
      });
}

TEST("a connection that ends fails what was asked, and the next one is new") {
  int connections = 0;
  with_handler(
      [&](StreamReader reader, StreamWriter writer) -> Coro<> {
        ++connections;
        for (int line = 0; line < 3; ++line) co_await reader.readline();
        writer.write("+first\r\n");
        for (int line = 0; line < 3; ++line) co_await reader.readline();
      },
      [](RedisOptions options) -> Coro<> {
        RedisClient client(options);
        Value value = co_await client.command("PING");
        CHECK_EQ(value.text, "first");
        std::string error =
            co_await error_of<RedisConnectionLost>(client.command("PING"));
        CHECK_EQ(error, "read " + options.server() + ": closed by the server");
        value = co_await client.command("PING");
        CHECK_EQ(value.text, "first");
        CHECK_EQ(client.connections_made(), 2);
        client.close();
      });
  CHECK_EQ(connections, 2);
}

TEST("an answer cut at any byte is no answer") {
  const std::string answer = "*2\r\n$5\r\nhello\r\n:42\r\n";
  for (std::size_t size = 0; size < answer.size(); ++size) {
    with_handler(
        [&](StreamReader reader, StreamWriter writer) -> Coro<> {
          co_await reader.readline();
          writer.write(answer.substr(0, size));
        },
        [](RedisOptions options) -> Coro<> {
          RedisClient client(options);
          std::string error =
              co_await error_of<RedisConnectionLost>(client.command("PING"));
          CHECK(error.starts_with("read "));
        });
  }
}

TEST("what is no RESP ends the connection, and says so") {
  with_handler(
      [](StreamReader reader, StreamWriter writer) -> Coro<> {
        co_await reader.readline();
        writer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      },
      [](RedisOptions options) -> Coro<> {
        RedisClient client(options);
        std::string error =
            co_await error_of<resp::ProtocolError>(client.command("PING"));
        CHECK_EQ(error, "read " + options.server() + ": bad type 'H'");
        CHECK(!client.is_connected());
      });
}

TEST("an answer that nobody has asked for ends the connection") {
  with_handler(
      [](StreamReader reader, StreamWriter writer) -> Coro<> {
        co_await reader.readline();
        writer.write("+one\r\n+two\r\n");
        co_await reader.read();
      },
      [](RedisOptions options) -> Coro<> {
        RedisClient client(options);
        Value value = co_await client.command("PING");
        CHECK_EQ(value.text, "one");
        CHECK(!client.is_connected());
      });
}

TEST("a server that is not there is an error, after three tries") {
  test::manual_run([]() -> Coro<> {
    RedisOptions options;
    {
      asyncio::Socket listener =
          asyncio::Socket::listen_on(asyncio::Address::loopback(0));
      options.port = listener.local_address().port();
    }
    const auto begin = asyncio::get_running_loop().time();
    RedisClient client(options);
    std::string error =
        co_await error_of<std::system_error>(client.command("PING"));
    CHECK_EQ(error, "connect " + options.server() + ": Connection refused");
    CHECK(asyncio::get_running_loop().time() - begin == 300ms);
  });
}

TEST("a pool closes a connection that still owes an answer") {
  with_server([](database::Server& server) -> Coro<> {
    RedisPool pool(test::options_for(server), 2);
    co_await pool.command("PING");
    CHECK_EQ(pool.idle(), 1);
    Task<Value> waiting = create_task(pop(pool, "nothing"));
    RedisClient client(test::options_for(server));
    co_await until_blocked(client, 1);
    waiting.cancel();
    co_await until_blocked(client, 0);
    CHECK_EQ(pool.idle(), 0);
  });
}

TEST("a pool closes a connection in the middle of a transaction") {
  with_server([](database::Server& server) -> Coro<> {
    RedisPool pool(test::options_for(server), 2);
    {
      auto client = co_await pool.acquire();
      co_await client->command("MULTI");
      co_await client->command("SET", "k", 1);
    }
    CHECK_EQ(pool.idle(), 0);
    {
      auto client = co_await pool.acquire();
      co_await client->command("multi");
      co_await client->command("SET", "k", 2);
      co_await client->command("exec");
    }
    CHECK_EQ(pool.idle(), 1);
    Value value = co_await pool.command("GET", "k");
    CHECK_EQ(value.text, "2");
  });
}

TEST("who waits for a connection of a pool is served in order") {
  with_server([](database::Server& server) -> Coro<> {
    RedisPool pool(test::options_for(server), 1);
    std::string order;
    auto use = [&](char name) -> Coro<> {
      auto client = co_await pool.acquire();
      order += name;
      co_await client->command("PING");
    };
    std::vector<Task<>> tasks;
    for (char name : {'a', 'b', 'c', 'd'}) {
      tasks.push_back(create_task(use(name)));
    }
    co_await asyncio::sleep(0s);
    tasks[1].cancel();
    for (std::size_t i : {0u, 2u, 3u}) co_await tasks[i];
    CHECK_EQ(order, "acd");
  });
}

TEST("a subscription whose server goes away says so, after what it has heard") {
  test::manual_run([]() -> Coro<> {
    auto server = std::make_unique<database::Server>(
        asyncio::get_running_loop());
    co_await server->listen("127.0.0.1", 0);
    const RedisOptions options = test::options_for(*server);
    std::vector<std::string> channels = {"a"};
    auto heard = co_await asyncio::subscribe_to_redis(options, channels);
    RedisClient client(options);
    co_await client.publish("a", "last words");
    co_await server->close();
    std::optional<RedisMessage> message = co_await heard.next();
    CHECK_EQ(message->text, "last words");
    bool lost = false;
    try {
      co_await heard.next();
    } catch (const RedisConnectionLost&) {
      lost = true;
    }
    CHECK(lost);
  });
}

}  // namespace
