#include <string>
#include <vector>

#include "18-http/http_world.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

// What a server answers to a request, and to what is none: RFC 9110 and 9112.
// CPython's library has no HTTP server on asyncio, so there is no table of its
// cases here. Time is manual: nothing waits.

namespace {

using namespace test;

TEST("a request is answered, with a length and a date") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::string answer =
        co_await talk(server, get("/a?b", "Connection: close\r\n"));
    CHECK(answer.find("\r\nDate: ") != std::string::npos);
    CHECK_EQ(without_date(answer),
             "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n\r\nGET /a?b");
    CHECK_EQ(server.counters().requests, 1);
    CHECK_EQ(server.counters().answers[2], 1);
    server.close();
  });
}

TEST("a connection serves one request after another") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    Peer peer = co_await Peer::connect(server);
    for (const char* target : {"/1", "/2", "/3"}) {
      co_await peer.send(get(target));
      const std::string expected = std::string("GET ") + target;
      const std::string answer = co_await peer.read_until(expected);
      CHECK_EQ(body_of(answer), expected);
    }
    CHECK_EQ(server.counters().accepted, 1);
    server.close();
  });
}

TEST("pipelined requests are answered in their order, also the slow ones") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest& request) -> Coro<HttpResponse> {
      if (request.target() == "/1") co_await asyncio::sleep(1s);
      co_return asyncio::text_response(request.target());
    };
    HttpServer server = co_await start(handler);
    const std::string answers =
        co_await talk(server, get("/1") + get("/2") + get("/3"));
    const auto one = answers.find("\r\n\r\n/1HTTP");
    const auto two = answers.find("\r\n\r\n/2HTTP");
    CHECK(one != std::string::npos && two != std::string::npos && one < two);
    CHECK(answers.ends_with("\r\n\r\n/3"));
    server.close();
  });
}

TEST("an answer does not wait for the handler of the request behind it") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest& request) -> Coro<HttpResponse> {
      if (request.target() == "/slow") co_await asyncio::sleep(1h);
      co_return asyncio::text_response(request.target());
    };
    HttpServer server = co_await start(handler);
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(get("/quick") + get("/slow"));
    const auto began = asyncio::get_running_loop().time();
    const std::string answer = co_await peer.read_until("/quick");
    CHECK(body_of(answer) == "/quick");
    CHECK(asyncio::get_running_loop().time() - began < 1s);
    server.close();
  });
}

TEST("HEAD gets the header that GET would get, and no body") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::string answer = co_await talk(
        server, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"));
    CHECK(without_date(answer).starts_with(
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n"));
    CHECK(body_of(answer).starts_with("HTTP/1.1 200 OK"));
    server.close();
  });
}

TEST("HTTP/1.0 is closed, unless it asks to be kept") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    Peer old = co_await Peer::connect(server);
    co_await old.send("GET /a HTTP/1.0\r\n\r\n");
    const std::string closed = co_await old.read_all();
    CHECK(closed.find("Connection: close") != std::string::npos);
    Peer kept = co_await Peer::connect(server);
    co_await kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string first = co_await kept.read_until("/a");
    CHECK(first.find("Connection: keep-alive") != std::string::npos);
    co_await kept.send("GET /b HTTP/1.0\r\n\r\n");
    const std::string second = co_await kept.read_all();
    CHECK_EQ(body_of(second), "GET /b");
    server.close();
  });
}

TEST("a body comes whole, with a length or in chunks") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const std::string text =
        post("Content-Length: 3\r\n", "abc") +
        post("Transfer-Encoding: chunked\r\n",
             "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n") +
        get("/after");
    const std::string answers = co_await talk(server, text);
    CHECK(answers.find("POST /p abcHTTP") != std::string::npos);
    CHECK(answers.find("POST /p abcdeHTTP") != std::string::npos);
    CHECK(answers.ends_with("GET /after"));
    server.close();
  });
}

TEST("a client that expects 100-continue is asked for its body") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(
        post("Expect: 100-continue\r\nContent-Length: 3\r\n", ""));
    const std::string go_on = co_await peer.read_until("\r\n\r\n");
    CHECK_EQ(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
    co_await peer.send("abc");
    const std::string answer = co_await peer.read_until("abc");
    CHECK_EQ(status_of(answer), "200");
    server.close();
  });
}

TEST("a body that is too large is refused before it is sent") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    Peer peer = co_await Peer::connect(server);
    co_await peer.send(
        post("Expect: 100-continue\r\nContent-Length: 99999999\r\n", ""));
    const std::string answer = co_await peer.read_all();
    CHECK_EQ(status_of(answer), "413");
    CHECK_EQ(server.counters().requests, 1);
    server.close();
  });
}

TEST("each kind of bad request has its answer, and the connection ends") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.limits = {.start_line = 100, .header = 300, .body = 10};
    HttpServer server = co_await start(show_request, options);
    const std::string x(400, 'x');
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"GET /\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {get("/", "Host: second\r\n"), "400"},
        {get("/", "no colon\r\n"), "400"},
        {get("/", "A : b\r\n"), "400"},
        {"GET /" + x, "414"},
        {get("/", "A: " + x), "431"},
        {post("Content-Length: 11\r\n", ""), "413"},
        {post("Transfer-Encoding: chunked\r\n", "b\r\n"), "413"},
        {post("Transfer-Encoding: gzip, chunked\r\n", ""), "501"},
        {post("Expect: a miracle\r\nContent-Length: 1\r\n", ""), "417"},
        {"GET / HTTP/2.0\r\n\r\n", "505"},
        {"GET / HT", "400"},
        {post("Content-Length: 5\r\n", "abc"), "400"},
    };
    for (const auto& [text, status] : cases) {
      const std::string answer = co_await talk(server, text + get("/next"));
      const std::string half = co_await talk(server, text);
      // What follows completes some of them: then there is nothing to refuse.
      const bool open = text == "GET / HT" || text.ends_with("abc") ||
                        text.find("miracle") != std::string::npos;
      CHECK_EQ(status_of(half), status);
      if (!open) CHECK_EQ(status_of(answer), status);
      CHECK(half.find("Connection: close") != std::string::npos);
      CHECK(half.find("reset") == std::string::npos);
    }
    CHECK_EQ(server.counters().open, 0);
    server.close();
  });
}

TEST("what two servers could read in two ways is one bad request") {
  manual_run([]() -> Coro<> {
    int calls = 0;
    auto handler = [&calls](HttpRequest& request) {
      ++calls;
      return show_request(request);
    };
    HttpServer server = co_await start(handler);
    const std::string hidden = "0\r\n\r\n" + get("/hidden");
    for (const char* fields :
         {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 6\r\n",
          "Content-Length: 5, 6\r\n", "Content-Length: +5\r\n",
          "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked, chunked\r\n",
          "Transfer-Encoding:\tchunked\n", " Transfer-Encoding: chunked\r\n",
          "X: a\r\n\tTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\n\r\n5 \r\n",
          "Transfer-Encoding: chunked\r\n\r\n0x5\r\n"}) {
      const std::string answer =
          co_await talk(server, post(fields, hidden));
      CHECK_EQ(status_of(answer), "400");
      CHECK(answer.find("hidden") == std::string::npos);
    }
    CHECK_EQ(calls, 0);
    server.close();
  });
}

TEST("a handler that throws is answered for, and reported") {
  manual_run([]() -> Coro<> {
    std::vector<std::string> reports;
    asyncio::get_running_loop().set_exception_handler(
        [&](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
          reports.push_back(context.subject + ": " +
                            asyncio::describe(context.exception));
        });
    auto handler = [](HttpRequest& request) -> Coro<HttpResponse> {
      if (request.target() == "/gone") throw asyncio::HttpError(410);
      if (request.target() == "/bad") {
        HttpResponse response;
        response.headers.add("A", "b\r\nSet-Cookie: stolen");
        co_return response;
      }
      if (request.target() == "/length") {
        HttpResponse response;
        response.headers.add("content-length", "5");
        co_return response;
      }
      throw std::runtime_error("broken");
    };
    HttpServer server = co_await start(handler);
    const std::string answers = co_await talk(
        server, get("/") + get("/gone") + get("/bad") + get("/length"));
    CHECK_EQ(server.counters().answers[5], 3);
    CHECK_EQ(server.counters().answers[4], 1);
    CHECK(answers.find("stolen") == std::string::npos);
    CHECK(answers.find("410 Gone") != std::string::npos);
    CHECK_EQ(reports.size(), 3);
    CHECK_EQ(reports[0], "GET /: broken");
    CHECK(reports[1].starts_with("GET /bad: write header 'A'"));
    server.close();
  });
}

TEST("one connection too many is told 503, and the others are served") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions options;
    options.max_connections = 2;
    HttpServer server = co_await start(show_request, options);
    Peer first = co_await Peer::connect(server);
    Peer second = co_await Peer::connect(server);
    Peer third = co_await Peer::connect(server);
    const std::string refused = co_await third.read_all();
    CHECK_EQ(status_of(refused), "503");
    CHECK(refused.find("Retry-After: 1") != std::string::npos);
    co_await first.send(get("/1"));
    const std::string answer = co_await first.read_until("/1");
    CHECK_EQ(status_of(answer), "200");
    third.socket().close();
    second.socket().close();
    co_await settle();
    Peer fourth = co_await Peer::connect(server);
    co_await fourth.send(get("/4"));
    const std::string served = co_await fourth.read_until("/4");
    CHECK_EQ(status_of(served), "200");
    CHECK_EQ(server.counters().refused, 1);
    server.close();
  });
}

}  // namespace
