#include <string>
#include <vector>

#include "12-cancellation/timeout.hpp"
#include "18-http/http_world.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

// Bodies that are written piece by piece, and the end of connections.

namespace {

using namespace test;
using asyncio::BodyWriter;

Coro<> write_pieces(BodyWriter& to, std::vector<std::string> pieces) {
  for (const std::string& piece : pieces) {
    co_await to.write(piece);
    co_await asyncio::sleep(1s);
  }
}

// Answers with these pieces; with `length`, announces it.
asyncio::HttpHandler streaming(std::vector<std::string> pieces,
                               std::optional<std::uint64_t> length = {}) {
  return [pieces, length](HttpRequest&) -> Coro<HttpResponse> {
    HttpResponse response;
    response.stream_length = length;
    response.stream = [pieces](BodyWriter& to) {
      return write_pieces(to, pieces);
    };
    co_return response;
  };
}

// What the loop's exception handler is told, while it lives.
struct Reports {
  Reports() {
    asyncio::get_running_loop().set_exception_handler(
        [this](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
          all += context.message + ": " + asyncio::describe(context.exception);
        });
  }
  ~Reports() { asyncio::get_running_loop().set_exception_handler({}); }
  std::string all;
};

TEST("a stream goes out in chunks, and the connection lives on") {
  manual_run([]() -> Coro<> {
    const auto handler = streaming({"one", "", "three"});
    HttpServer server = co_await start(handler);
    const std::string answers = co_await talk(server, get("/a") + get("/b"));
    const std::string body = "\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n";
    CHECK(answers.find("Transfer-Encoding: chunked" + body) !=
          std::string::npos);
    CHECK(answers.ends_with(body));
    CHECK_EQ(server.counters().requests, 2);
    server.close();
  });
}

TEST("a piece leaves when it is written") {
  manual_run([]() -> Coro<> {
    const auto handler = streaming({"one", "two"});
    HttpServer server = co_await start(handler);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/"));
    const auto began = asyncio::get_running_loop().time();
    const std::string first = co_await peer.read_until("3\r\none\r\n");
    CHECK(asyncio::get_running_loop().time() - began < 1s);
    const std::string second = co_await peer.read_until("0\r\n\r\n");
    CHECK_EQ(second, "3\r\ntwo\r\n0\r\n\r\n");
    server.close();
  });
}

TEST("HTTP/1.0 gets a stream until the connection ends") {
  manual_run([]() -> Coro<> {
    const auto handler = streaming({"one", "two"});
    HttpServer server = co_await start(handler);
    const std::string answer = co_await talk(
        server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(answer.find("Connection: close") != std::string::npos);
    CHECK(answer.find("chunked") == std::string::npos);
    CHECK_EQ(body_of(answer), "onetwo");
    server.close();
  });
}

TEST("a stream with a length is not chunked, and not run for HEAD") {
  manual_run([]() -> Coro<> {
    const auto handler = streaming({"abc"}, 3);
    HttpServer server = co_await start(handler);
    const std::string answers = co_await talk(
        server, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));
    CHECK(answers.find("Content-Length: 3\r\n\r\nHTTP/1.1") !=
          std::string::npos);
    CHECK(answers.ends_with("Content-Length: 3\r\n\r\nabc"));
    server.close();
  });
}

TEST("a stream that breaks its promise breaks its connection") {
  manual_run([]() -> Coro<> {
    Reports reports;
    const auto handler = streaming({"abc"}, 5);
    HttpServer server = co_await start(handler);
    const std::string answer = co_await talk(server, get("/") + get("/next"));
    CHECK(answer.find("Content-Length: 5") != std::string::npos);
    CHECK(answer.find("Content-Length: 5", 100) == std::string::npos);
    CHECK(reports.all.find("not as long as its header") != std::string::npos);
    server.close();
  });
}

TEST("a stream cannot write past its length, into the next answer") {
  manual_run([]() -> Coro<> {
    Reports reports;
    const auto handler = streaming({"abc", "HTTP/1.1 200 OK"}, 3);
    HttpServer server = co_await start(handler);
    const std::string answer = co_await talk(server, get("/") + get("/next"));
    CHECK(body_of(answer).starts_with("abc"));
    CHECK_EQ(body_of(answer).find("HTTP"), std::string::npos);
    CHECK(reports.all.find("not as long as its header") != std::string::npos);
    server.close();
  });
}

TEST("a status without a body has no framing, stream or not") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest&) -> Coro<HttpResponse> {
      HttpResponse response(204);
      response.stream = [](BodyWriter& to) { return write_pieces(to, {"x"}); };
      co_return response;
    };
    HttpServer server = co_await start(handler);
    const std::string answers = co_await talk(server, get("/") + get("/"));
    const std::string one = "HTTP/1.1 204 No Content\r\n\r\n";
    CHECK_EQ(without_date(answers), one + one);
    server.close();
  });
}

TEST("a stream that throws ends its connection without a last chunk") {
  manual_run([]() -> Coro<> {
    Reports reports;
    auto broken = [](BodyWriter& to) -> Coro<> {
      co_await to.write("abc");
      throw std::runtime_error("out of words");
    };
    auto handler = [broken](HttpRequest&) -> Coro<HttpResponse> {
      HttpResponse response;
      response.stream = broken;
      co_return response;
    };
    HttpServer server = co_await start(handler);
    const std::string answer = co_await talk(server, get("/"));
    CHECK(answer.find("3\r\nabc\r\n") != std::string::npos);
    CHECK(answer.find("0\r\n\r\n") == std::string::npos);
    CHECK_EQ(reports.all, "Exception in an HTTP body: out of words");
    CHECK_EQ(server.counters().open, 0);
    server.close();
  });
}

TEST("a body without end waits for a reader that is slow") {
  manual_run([]() -> Coro<> {
    std::size_t written = 0;
    auto endless = [&written](BodyWriter& to) -> Coro<> {
      const std::string piece(64 * 1024, 'x');
      for (;;) {
        co_await to.write(piece);
        written += piece.size();
        co_await asyncio::sleep(0s);
      }
    };
    auto handler = [&](HttpRequest&) -> Coro<HttpResponse> {
      HttpResponse response;
      response.stream = endless;
      co_return response;
    };
    asyncio::HttpServerOptions options;
    options.write_timeout = 10s;
    HttpServer server = co_await start(handler, options);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/"));
    co_await asyncio::sleep(1s);
    const std::size_t before = written;
    co_await asyncio::sleep(8s);
    CHECK_EQ(written, before);  // it waits, and keeps no more
    CHECK(before < 16 * 1024 * 1024);
    CHECK_EQ(server.counters().open, 1);
    co_await asyncio::sleep(20s);  // nothing was read: the server gives up
    CHECK_EQ(server.counters().open, 0);
    CHECK_EQ(server.counters().running, 0);
    server.close();
  });
}

TEST("a client that is gone takes its handler along") {
  manual_run([]() -> Coro<> {
    bool cancelled = false;
    auto handler = [&cancelled](HttpRequest&) -> Coro<HttpResponse> {
      try {
        co_await asyncio::sleep(1h);
      } catch (const asyncio::CancelledError&) {
        cancelled = true;
        throw;
      }
      co_return HttpResponse();
    };
    HttpServer server = co_await start(handler);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/"));
    co_await settle();
    CHECK_EQ(server.counters().running, 1);
    peer.reset();
    co_await settle();
    CHECK(cancelled);
    CHECK_EQ(server.counters().running, 0);
    CHECK_EQ(server.counters().open, 0);
    server.close();
  });
}

TEST("a handler that does not mind its client's end leaves nothing behind") {
  manual_run([]() -> Coro<> {
    int calls = 0;
    auto handler = [&calls](HttpRequest&) -> Coro<HttpResponse> {
      ++calls;
      try {
        co_await asyncio::sleep(1h);
      } catch (const asyncio::CancelledError&) {
      }
      co_return asyncio::text_response("for nobody");
    };
    HttpServer server = co_await start(handler);
    const std::size_t tasks = asyncio::all_tasks().size();
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/") + get("/next"));
    co_await settle();
    CHECK_EQ(asyncio::all_tasks().size(), tasks + 1);
    peer.reset();
    co_await settle();
    CHECK_EQ(asyncio::all_tasks().size(), tasks);
    CHECK_EQ(calls, 1);
    server.close();
  });
}

TEST("a reset at every byte of two requests harms nobody") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::string text =
        post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n") +
        get("/b");
    for (std::size_t n = 0; n <= text.size(); ++n) {
      Peer peer = co_await Peer::connect(server);
      co_await peer.send(text.substr(0, n));
      co_await settle();
      peer.reset();
      co_await settle();
      CHECK_EQ(server.counters().open, 0);
    }
    const std::string answer = co_await talk(server, get("/alive"));
    CHECK_EQ(body_of(answer), "GET /alive");
    server.close();
  });
}

TEST("a request that comes byte by byte is answered") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::string text = post("Content-Length: 3\r\n", "abc");
    Peer peer = co_await Peer::connect(server);
    for (const char c : text) {
      co_await peer.send(std::string(1, c));
      co_await asyncio::sleep(100ms);
    }
    const std::string answer = co_await peer.read_until("abc");
    CHECK_EQ(status_of(answer), "200");
    server.close();
  });
}

// ---- Timeouts

// When the server ends a connection on which only this was sent.
Coro<asyncio::Duration> patience_of(HttpServer server, std::string text,
                                    std::string& answer) {
  const auto began = asyncio::get_running_loop().time();
  Peer peer = co_await Peer::connect(server);
  co_await peer.send(std::move(text));
  answer = co_await peer.read_all();
  co_return asyncio::get_running_loop().time() - began;
}

TEST("a slow header, a slow body and a silent client have their limits") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.header_timeout = 5s;
    options.body_timeout = 7s;
    options.idle_timeout = 20s;
    HttpServer server = co_await start(show_request, options);
    std::string answer;
    const auto header = co_await patience_of(server, "GET / HT", answer);
    CHECK_EQ(status_of(answer), "408");
    CHECK(header >= 5s && header < 8s);
    const std::string half = post("Content-Length: 9\r\n", "a");
    const auto body = co_await patience_of(server, half, answer);
    CHECK_EQ(status_of(answer), "408");
    CHECK(body >= 7s && body < 10s);
    const auto silent = co_await patience_of(server, "", answer);
    CHECK_EQ(answer, "");
    CHECK(silent >= 20s && silent <= 25s);
    const auto idle = co_await patience_of(server, get("/a"), answer);
    CHECK_EQ(body_of(answer), "GET /a");
    CHECK(idle >= 20s && idle <= 25s);
    server.close();
  });
}

TEST("a drip of header bytes does not put the limit off") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.header_timeout = 5s;
    HttpServer server = co_await start(show_request, options);
    Peer peer = co_await Peer::connect(server);
    const std::string text = get("/", "A: b\r\nB: c\r\nC: d\r\nD: e\r\n");
    for (std::size_t at = 0; at < 60 && server.counters().requests == 0;
         at += 3) {
      co_await peer.send(text.substr(at, 3));
      co_await asyncio::sleep(1s);
    }
    const std::string answer = co_await peer.read_all();
    CHECK_EQ(status_of(answer), "408");
    server.close();
  });
}

TEST("a busy connection is not idle, however long it lives") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.idle_timeout = 20s;
    HttpServer server = co_await start(show_request, options);
    Peer peer = co_await Peer::connect(server);
    for (int i = 0; i < 20; ++i) {
      co_await peer.send(get("/x"));
      const std::string answer = co_await peer.read_until("GET /x");
      CHECK_EQ(status_of(answer), "200");
      co_await asyncio::sleep(19s);
    }
    CHECK_EQ(server.counters().accepted, 1);
    server.close();
  });
}

}  // namespace
