#include <optional>
#include <string>
#include <vector>

#include "12-cancellation/timeout.hpp"
#include "18-http/http_client.hpp"
#include "18-http/http_world.hpp"
#include "common/error.hpp"
#include "common/test.hpp"

// The client and its pool, against the server of this chapter and against one
// that sends what the test wants.

namespace {

using namespace test;
using asyncio::ClientRequest;
using asyncio::ClientResponse;
using asyncio::HttpClient;
using asyncio::HttpClientOptions;

std::string url_of(const HttpServer& server, const std::string& path) {
  return "http://" + server.addresses().front().str() + path;
}

// A server that answers each request, however it looks, with the next text of
// a list, and closes after "CLOSE" or "RESET" behind it.
class Script {
 public:
  explicit Script(std::vector<std::string> answers)
      : answers_(std::move(answers)),
        listener_(Socket::listen_on(asyncio::Address::loopback(0))) {
    listener_.set_nonblocking();
    task_ = asyncio::create_task(serve());
  }
  ~Script() {
    task_.cancel();
    for (const asyncio::Task<>& task : tasks_) task.cancel();
  }
  std::string url(const std::string& path = "/") const {
    return "http://" + listener_.local_address().str() + path;
  }
  int accepted = 0;
  std::string requests;

 private:
  Coro<> serve() {
    for (;;) {
      Socket socket = co_await asyncio::sock_accept(listener_);
      ++accepted;
      tasks_.push_back(asyncio::create_task(answer(std::move(socket))));
    }
  }

  Coro<> answer(Socket socket) {
    while (next_ < answers_.size()) {
      std::string request;
      while (!request.ends_with("\r\n\r\n")) {
        std::string piece = co_await asyncio::sock_recv(socket, 65536);
        if (piece.empty()) co_return;
        request += piece;
      }
      requests += request;
      std::string text = answers_[next_++];
      const bool close = text.ends_with("CLOSE");
      if (close) text.resize(text.size() - 5);
      co_await asyncio::sock_sendall(socket, text);
      if (close) co_return;
    }
    co_await asyncio::sleep(1h);
  }

  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  Socket listener_;
  asyncio::Task<> task_;
  std::vector<asyncio::Task<>> tasks_;
};

std::string ok(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// "200 body", or what was thrown.
Coro<std::string> outcome(HttpClient client, ClientRequest request) {
  try {
    const ClientResponse response = co_await client.send(std::move(request));
    co_return std::to_string(response.status) + " " + response.body;
  } catch (const std::exception& error) {
    co_return error.what();
  }
}
Coro<std::string> get_from(HttpClient client, std::string url) {
  ClientRequest request(std::move(url));
  return outcome(std::move(client), std::move(request));
}

TEST("a GET gives the answer, and its connection is used again") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    const ClientResponse first = co_await client.get(url_of(server, "/a?b"));
    CHECK_EQ(first.status, 200);
    CHECK_EQ(first.reason, "OK");
    CHECK_EQ(first.body, "GET /a?b");
    CHECK(!first.reused);
    CHECK_EQ(client.pool().idle(), 1);
    const ClientResponse second = co_await client.get(url_of(server, "/c"));
    CHECK(second.reused);
    CHECK_EQ(server.counters().accepted, 1);
    client.close();
    server.close();
  });
}

TEST("a body is sent with its length, or in chunks") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    ClientRequest request(url_of(server, "/p"), "POST");
    request.body = std::string(40'000, 'x');
    const std::string sized = co_await outcome(client, request);
    request.chunked = true;
    const std::string chunked = co_await outcome(client, request);
    CHECK_EQ(sized, "200 POST /p " + request.body);
    CHECK_EQ(chunked, sized);
    client.close();
    server.close();
  });
}

TEST("HEAD has a length and no body, and the connection goes on") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    ClientRequest request(url_of(server, "/a"), "HEAD");
    const ClientResponse response = co_await client.send(request);
    CHECK_EQ(response.headers.find("Content-Length").value_or(""), "7");
    CHECK_EQ(response.body, "");
    const std::string next = co_await get_from(client, url_of(server, "/b"));
    CHECK_EQ(next, "200 GET /b");
    CHECK_EQ(client.pool().opened(), 1);
    client.close();
    server.close();
  });
}

TEST("a pool is bounded, and who waits is served in turn") {
  manual_run([]() -> Coro<> {
    std::size_t most = 0;
    std::size_t now = 0;
    auto handler = [&](HttpRequest& request) -> Coro<HttpResponse> {
      most = std::max(most, ++now);
      co_await asyncio::sleep(1s);
      --now;
      co_return asyncio::text_response(request.target());
    };
    HttpServer server = co_await start(handler);
    HttpClientOptions options;
    options.pool.per_host = 3;
    const HttpClient client(options);
    std::vector<asyncio::Task<std::string>> tasks;
    for (int i = 0; i < 10; ++i) {
      tasks.push_back(asyncio::create_task(
          get_from(client, url_of(server, "/" + std::to_string(i)))));
    }
    for (int i = 0; i < 10; ++i) {
      const std::string got = co_await tasks[static_cast<std::size_t>(i)];
      CHECK_EQ(got, "200 /" + std::to_string(i));
    }
    CHECK_EQ(most, 3);
    CHECK_EQ(client.pool().opened(), 3);
    CHECK_EQ(client.pool().idle(), 3);
    client.close();
    server.close();
  });
}

TEST("a request that is cancelled drops its connection, and frees its place") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest& request) -> Coro<HttpResponse> {
      if (request.target() == "/slow") co_await asyncio::sleep(1h);
      co_return asyncio::text_response("quick");
    };
    HttpServer server = co_await start(handler);
    HttpClientOptions options;
    options.pool.per_host = 1;
    const HttpClient client(options);
    auto slow =
        asyncio::create_task(get_from(client, url_of(server, "/slow")));
    auto waits =
        asyncio::create_task(get_from(client, url_of(server, "/waits")));
    auto quick =
        asyncio::create_task(get_from(client, url_of(server, "/quick")));
    co_await settle();
    waits.cancel();
    slow.cancel();
    const std::string got = co_await quick;
    CHECK_EQ(got, "200 quick");
    CHECK(slow.cancelled() && waits.cancelled());
    CHECK_EQ(client.pool().opened(), 2);
    CHECK_EQ(client.pool().idle(), 1);
    client.close();
    server.close();
  });
}

TEST("a request has a time limit, and its error says which") {
  manual_run([]() -> Coro<> {
    auto handler = [](HttpRequest&) -> Coro<HttpResponse> {
      co_await asyncio::sleep(1h);
      co_return HttpResponse();
    };
    HttpServer server = co_await start(handler);
    HttpClientOptions options;
    options.timeout = 5s;
    const HttpClient client(options);
    const std::string url = url_of(server, "/");
    const std::string got = co_await get_from(client, url);
    CHECK_EQ(got, "GET " + url + ": no complete answer within 5 s");
    CHECK_EQ(client.pool().idle(), 0);
    client.close();
    server.close();
  });
}

TEST("a connection that the server has closed meanwhile is not used") {
  manual_run([]() -> Coro<> {
    asyncio::HttpServerOptions server_options;
    server_options.idle_timeout = 10s;
    HttpServer server = co_await start(show_request, server_options);
    HttpClientOptions options;
    options.pool.idle_timeout = 1h;
    const HttpClient client(options);
    co_await get_from(client, url_of(server, "/a"));
    co_await asyncio::sleep(30s);
    CHECK_EQ(server.counters().open, 0);
    const std::string got = co_await get_from(client, url_of(server, "/b"));
    CHECK_EQ(got, "200 GET /b");
    CHECK_EQ(server.counters().accepted, 2);
    client.close();
    server.close();
  });
}

TEST("a kept connection ends when it was not used for some time") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    HttpClientOptions options;
    options.pool.idle_timeout = 10s;
    const HttpClient client(options);
    co_await get_from(client, url_of(server, "/a"));
    CHECK_EQ(client.pool().idle(), 1);
    co_await asyncio::sleep(20s);
    CHECK_EQ(client.pool().idle(), 0);
    CHECK_EQ(server.counters().open, 0);
    client.close();
    server.close();
  });
}

TEST("a stale connection is tried once more, for methods that allow it") {
  manual_run([]() -> Coro<> {
    Script script({ok("one"), "CLOSE", ok("two"), ok("three"), "CLOSE"});
    const HttpClient client;
    const std::string one = co_await get_from(client, script.url());
    CHECK_EQ(one, "200 one");
    const std::string two = co_await get_from(client, script.url());
    CHECK_EQ(two, "200 two");
    CHECK_EQ(script.accepted, 2);
    const std::string three = co_await get_from(client, script.url());
    CHECK_EQ(three, "200 three");
    ClientRequest request(script.url(), "POST");
    const std::string four = co_await outcome(client, request);
    CHECK_EQ(four, "cut short before its first byte");
    CHECK_EQ(script.accepted, 2);
    client.close();
  });
}

// What it is told, in order.
class Listener final : public asyncio::ResponseObserver {
 public:
  void connected() override { told += "connected "; }
  void received(std::string_view bytes) override {
    told += std::to_string(bytes.size()) + " bytes ";
  }
  void ended() override { told += "ended "; }
  std::string told;
};

TEST("who looks on does not take a stale connection's end for an answer's") {
  manual_run([]() -> Coro<> {
    Script script({ok("one"), "CLOSE", ok("two"), "CLOSE"});
    const HttpClient client;
    const std::string one = co_await get_from(client, script.url());
    Listener listener;
    ClientRequest request(script.url());
    request.observer = &listener;
    const std::string two = co_await outcome(client, request);
    CHECK_EQ(two, "200 two");
    CHECK_EQ(listener.told, "connected connected 41 bytes ");
    client.close();
  });
}

TEST("a new connection that fails is not tried again") {
  manual_run([]() -> Coro<> {
    Script script({"CLOSE", ok("late")});
    const HttpClient client;
    const std::string got = co_await get_from(client, script.url());
    CHECK_EQ(got, "cut short before its first byte");
    CHECK_EQ(script.accepted, 1);
    client.close();
  });
}

TEST("an answer that was cut or is broken is an error, and nothing is kept") {
  manual_run([]() -> Coro<> {
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcCLOSE",
         "cut short after 3 of 5 bytes"},
        {chunked + "3\r\nabc\r\nCLOSE",
         "cut short after 3 bytes, before its last chunk"},
        {chunked + "zz\r\n", "bad chunk size 'zz'"},
        {"nonsense\r\n\r\n", "'nonsense' is not an HTTP status line"},
        {"HTTP/1.1 20", ""},
    };
    for (const auto& [text, error] : cases) {
      if (error.empty()) continue;
      std::vector<std::string> answers = {text};
      Script script(std::move(answers));
      const HttpClient client;
      const std::string got = co_await get_from(client, script.url());
      CHECK_EQ(got, error);
      CHECK_EQ(client.pool().idle(), 0);
      client.close();
    }
  });
}

TEST("a body that ends with its connection is whole, and ends the use of it") {
  manual_run([]() -> Coro<> {
    Script script({"HTTP/1.0 200 OK\r\n\r\nall of itCLOSE", ok("next")});
    const HttpClient client;
    const std::string got = co_await get_from(client, script.url());
    CHECK_EQ(got, "200 all of it");
    CHECK_EQ(client.pool().idle(), 0);
    const std::string next = co_await get_from(client, script.url());
    CHECK_EQ(next, "200 next");
    client.close();
  });
}

TEST("what a server sends unasked is nobody's answer") {
  manual_run([]() -> Coro<> {
    Script script({ok("one") + ok("poison"), ok("two")});
    const HttpClient client;
    const std::string one = co_await get_from(client, script.url());
    CHECK_EQ(one, "200 one");
    CHECK_EQ(client.pool().idle(), 0);
    const std::string two = co_await get_from(client, script.url());
    CHECK_EQ(two, "200 two");
    client.close();
  });
}

TEST("a server that says close is believed") {
  manual_run([]() -> Coro<> {
    Script script({ok("one", "Connection: close\r\n"), ok("two")});
    const HttpClient client;
    co_await get_from(client, script.url());
    CHECK_EQ(client.pool().idle(), 0);
    client.close();
  });
}

TEST("redirects are followed as often as one allows") {
  manual_run([]() -> Coro<> {
    const std::string to_b =
        "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    Script script({to_b, ok("here"), to_b, to_b, to_b});
    HttpClientOptions options;
    options.max_redirects = 2;
    const HttpClient client(options);
    ClientRequest request(script.url("/a"), "POST");
    const ClientResponse response = co_await client.send(request);
    CHECK_EQ(response.body, "here");
    CHECK_EQ(response.url, script.url("/b"));
    CHECK(script.requests.find("POST /a") == 0);
    CHECK(script.requests.find("GET /b") != std::string::npos);
    const ClientResponse last = co_await client.get(script.url("/a"));
    CHECK_EQ(last.status, 302);
    client.close();
  });
}

TEST("a host that refuses is an error that names it") {
  manual_run([]() -> Coro<> {
    std::uint16_t port = 0;
    {
      Socket taken = Socket::listen_on(asyncio::Address::loopback(0));
      port = taken.local_address().port();
    }
    const HttpClient client;
    const std::string at = "127.0.0.1:" + std::to_string(port);
    const std::string got = co_await get_from(client, "http://" + at + "/");
    CHECK_EQ(got, "connect " + at + ": Connection refused");
    const std::string tls = co_await get_from(client, "https://h/");
    CHECK_EQ(tls, "GET https://h/: no TLS in this course");
    client.close();
  });
}

TEST("a request cannot be made to say more than one") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    ClientRequest request(url_of(server, "/"));
    request.headers.add("A", "b\r\nC: d");
    const std::string broken = co_await outcome(client, request);
    CHECK(broken.starts_with("write header 'A'"));
    ClientRequest framing(url_of(server, "/"));
    framing.headers.add("content-length", "5");
    const std::string refused = co_await outcome(client, framing);
    CHECK_EQ(refused,
             "write request: content-length is not the caller's to set");
    ClientRequest method(url_of(server, "/"), "GET / HTTP/1.1\r\nX:");
    const std::string bad = co_await outcome(client, method);
    CHECK(bad.starts_with("write request: bad method"));
    CHECK_EQ(server.counters().requests, 0);
    client.close();
    server.close();
  });
}

TEST("a closed pool gives nothing, and keeps nothing") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    co_await get_from(client, url_of(server, "/"));
    client.close();
    CHECK_EQ(client.pool().idle(), 0);
    const std::string got = co_await get_from(client, url_of(server, "/"));
    CHECK_EQ(got, "the pool is closed");
    co_await settle();
    CHECK_EQ(server.counters().open, 0);
    server.close();
  });
}

TEST("a thousand requests over eight connections get their own answers") {
  manual_run([]() -> Coro<> {
    HttpServer server = co_await start();
    const HttpClient client;
    std::vector<asyncio::Task<std::string>> tasks;
    for (int i = 0; i < 1000; ++i) {
      tasks.push_back(asyncio::create_task(
          get_from(client, url_of(server, "/" + std::to_string(i)))));
    }
    for (int i = 0; i < 1000; ++i) {
      const std::string got = co_await tasks[static_cast<std::size_t>(i)];
      CHECK_EQ(got, "200 GET /" + std::to_string(i));
    }
    CHECK_EQ(server.counters().accepted, 8);
    client.close();
    server.close();
  });
}

}  // namespace
