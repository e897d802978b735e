#include <memory>
#include <string>

#include "18-http/http_world.hpp"
#include "common/test.hpp"

// The end of a server.

namespace {

using namespace test;

Coro<HttpResponse> answer_late(HttpRequest&) {
  co_await asyncio::sleep(1h);
  co_return HttpResponse();
}

TEST("a drain closes the idle, finishes what has begun, and takes no more") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest& request) -> Coro<HttpResponse> {
      if (request.target() == "/slow") co_await asyncio::sleep(5s);
      co_return asyncio::text_response(request.target());
    };
    HttpServer server = co_await start(handler);
    const asyncio::Address address = server.addresses().front();
    Peer idle = co_await Peer::connect(server);
    Peer busy = co_await Peer::connect(server);
    co_await idle.send(get("/quick"));
    co_await idle.read_until("/quick");
    co_await busy.send(get("/slow"));
    co_await settle();
    auto draining = asyncio::create_task(server.drain(60s));
    const std::string end = co_await idle.read_all();
    CHECK_EQ(end, "");
    CHECK(!draining.done());
    const std::string answer = co_await busy.read_all();
    CHECK_EQ(body_of(answer), "/slow");
    CHECK(answer.find("Connection: close") != std::string::npos);
    co_await draining;
    CHECK_EQ(server.counters().open, 0);
    Socket late = Socket::create(AF_INET);
    late.set_nonblocking();
    bool refused = false;
    try {
      co_await asyncio::sock_connect(late, address);
    } catch (const std::system_error&) {
      refused = true;
    }
    CHECK(refused);
  });
}

TEST("who was accepted as a drain began is served, and waited for") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::size_t before = Socket::open_count();
    Socket client = Socket::create(AF_INET);
    client.connect(server.addresses().front());
    client.set_nonblocking();
    while (Socket::open_count() < before + 2) co_await asyncio::sleep(0s);
    CHECK_EQ(server.counters().accepted, 0u);
    auto draining = asyncio::create_task(server.drain(60s));
    co_await settle();
    CHECK(!draining.done());
    co_await asyncio::sock_sendall(client, get("/"));
    const std::string answer = co_await asyncio::sock_recv(client, 4096);
    CHECK_EQ(status_of(answer), "200");
    CHECK(answer.find("Connection: close") != std::string::npos);
    co_await draining;
  });
}

TEST("a drain aborts what has not ended after its grace") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start(answer_late);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/"));
    co_await settle();
    const auto began = asyncio::get_running_loop().time();
    co_await server.drain(10s);
    CHECK(asyncio::get_running_loop().time() - began < 11s);
    CHECK_EQ(server.counters().open, 0);
    CHECK_EQ(server.counters().running, 0);
  });
}

TEST("a body without end can ask whether the server drains, and ends whole") {
  manual_run([]() -> Coro<> {
    auto server = std::make_shared<HttpServer>();
    auto ticks = [server](asyncio::BodyWriter& to) -> Coro<> {
      while (!server->draining()) {
        co_await to.write("tick ");
        co_await asyncio::sleep(1s);
      }
    };
    auto handler = [ticks](HttpRequest&) -> Coro<HttpResponse> {
      HttpResponse response;
      response.stream = ticks;
      co_return response;
    };
    *server = co_await start(handler);
    Peer peer = co_await Peer::connect(*server);
    co_await peer.send(get("/"));
    co_await peer.read_until("tick \r\n");
    const auto began = asyncio::get_running_loop().time();
    co_await server->drain(1h);
    CHECK(asyncio::get_running_loop().time() - began < 2s);
    const std::string rest = co_await peer.read_all();
    CHECK(rest.ends_with("0\r\n\r\n"));
    *server = HttpServer();  // it and its handler keep each other alive
  });
}

TEST("two drains at once end together, with the shorter grace") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start(answer_late);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/"));
    co_await settle();
    auto patient = asyncio::create_task(server.drain(10s));
    auto impatient = asyncio::create_task(server.drain(1s));
    co_await impatient;
    co_await patient;
    CHECK_EQ(server.counters().running, 0);
  });
}

TEST("a loop that ends with connections leaves nothing behind") {
  const int before = open_descriptors();
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start(answer_late);
    Peer idle = co_await Peer::connect(server);
    Peer busy = co_await Peer::connect(server);
    co_await busy.send(get("/"));
    co_await settle();
  });
  CHECK_EQ(open_descriptors(), before);
}

}  // namespace
