#include <optional>
#include <string>
#include <vector>

#include "18-http/connection_pool.hpp"
#include "18-http/http_world.hpp"
#include "common/test.hpp"

// Many requests at once: each gets its own answer, in its place, and nobody
// keeps the others waiting. `benchmark million` asks a million.

namespace {

using namespace test;

Coro<int> ask_many(HttpServer server, int first, int count) {
  Peer peer = co_await Peer::connect(server);
  int wrong = 0;
  for (int i = first; i < first + count; i += 10) {
    std::string requests;
    std::string expected;
    for (int k = i; k < i + 10; ++k) {
      requests += get("/" + std::to_string(k));
      expected = "GET /" + std::to_string(k);
    }
    co_await peer.send(requests);
    const std::string answers = co_await peer.read_until(expected);
    std::size_t at = 0;
    for (int k = i; k < i + 10 && at != std::string::npos; ++k) {
      at = answers.find("\r\n\r\nGET /" + std::to_string(k), at);
    }
    wrong += at == std::string::npos;
  }
  co_return wrong;
}

TEST("ten thousand pipelined requests on fifty connections get their own") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    std::vector<asyncio::Task<int>> tasks;
    for (int i = 0; i < 50; ++i) {
      tasks.push_back(
          asyncio::create_task(ask_many(server, 100000 + i * 200, 200)));
    }
    for (auto& task : tasks) {
      const int wrong = co_await task;
      CHECK_EQ(wrong, 0);
    }
    CHECK_EQ(server.counters().requests, 10'000);
    server.close();
  });
}

Coro<> send_in_pieces(Peer& peer, std::string text) {
  for (std::size_t at = 0; at < text.size(); at += 999) {
    co_await peer.send(text.substr(at, 999));
    co_await asyncio::sleep(0s);
  }
}

TEST("what comes between two bursts of answers keeps its place") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    std::string requests;
    for (int i = 1000; i < 3000; ++i) requests += get("/" + std::to_string(i));
    Peer peer = co_await Peer::connect(server);
    auto sending = asyncio::create_task(send_in_pieces(peer, requests));
    const std::string answers = co_await peer.read_until("GET /2999");
    co_await sending;
    std::size_t at = 0;
    for (int i = 1000; i < 3000; ++i) {
      at = answers.find("\r\n\r\nGET /" + std::to_string(i), at);
      CHECK(at != std::string::npos);
    }
    server.close();
  });
}

TEST("a pool of connections that were asked for fresh is bounded too") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    asyncio::PoolOptions options;
    options.per_host = 2;
    const asyncio::ConnectionPool pool(options);
    for (int i = 0; i < 5; ++i) {
      asyncio::PooledStream stream =
          co_await pool.acquire("127.0.0.1", server.port(), true);
      stream.keep();
    }
    co_await settle();
    CHECK(pool.idle() <= 2);
    CHECK(server.counters().open <= 2);
    pool.close();
    server.close();
  });
}

Coro<std::string> acquire_one(asyncio::ConnectionPool pool,
                              std::uint16_t port) {
  try {
    co_await pool.acquire("127.0.0.1", port);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "a connection";
}

TEST("who waits for a pool that is closed meanwhile gets nothing") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    asyncio::PoolOptions options;
    options.per_host = 1;
    const asyncio::ConnectionPool pool(options);
    auto made = co_await pool.acquire("127.0.0.1", server.port());
    std::optional<asyncio::PooledStream> first(std::move(made));
    auto second = asyncio::create_task(acquire_one(pool, server.port()));
    co_await settle();
    pool.close();
    first.reset();
    const std::string got = co_await second;
    CHECK_EQ(got, "the pool is closed");
    CHECK_EQ(pool.opened(), 1);
    server.close();
  });
}

TEST("a flood of pipelined requests leaves the others their turn") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    std::string flood;
    for (int i = 0; i < 2000; ++i) flood += get("/flood");
    Peer first = co_await Peer::connect(server);
    Peer second = co_await Peer::connect(server);
    co_await first.send(flood + get("/last"));
    co_await second.send(get("/second"));
    const std::string answer = co_await second.read_until("/second");
    CHECK_EQ(status_of(answer), "200");
    CHECK(server.counters().requests < 1500);
    co_await first.read_until("GET /last");
    CHECK_EQ(server.counters().requests, 2002);
    server.close();
  });
}

}  // namespace
