#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "14-transports-and-protocols/server.hpp"
#include "18-http/access_log.hpp"
#include "18-http/http_response.hpp"

namespace asyncio {

class HttpServerState;

// What one client may cost a server.
struct HttpServerOptions {
  HttpServerOptions() { limits.body = 1024 * 1024; }

  ServerOptions accept;
  web::Limits limits;  // of the first line, the header, and a body (1 MiB)
  std::size_t max_connections = 10'000;  // one more is told 503

  // How long a peer may take: from a request's first byte to the end of its
  // header, and from there to the end of its body (408, both); between two
  // requests; and to take a part of an answer.
  Duration header_timeout = std::chrono::seconds(15);
  Duration body_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::seconds(60);
  Duration write_timeout = std::chrono::seconds(30);

  // How long a connection that is to be closed is still read, so that the
  // peer gets its last answer.
  Duration linger_timeout = std::chrono::seconds(2);

  AccessLog* access_log = nullptr;  // not owned
};

// What a server has done so far.
struct HttpCounters {
  std::uint64_t accepted = 0;   // connections
  std::uint64_t refused = 0;    // of them, with 503, since there were too many
  std::uint64_t open = 0;       // now
  std::uint64_t requests = 0;   // answered
  std::uint64_t running = 0;    // handlers at work now
  std::uint64_t answers[6] = {};  // by the first digit of their status
};

// An HttpServer answers HTTP/1.1 requests with a handler: one task a
// connection, and on it one request after another, in the order in which they
// came. It follows RFC 9112; what it refuses, and how, is in the lesson.
//
// A handler that throws is answered for with 500 (HttpError: with its
// status), and reported to the loop's exception handler. One whose client is
// gone is cancelled. A handle, whose copies share one server; the loop keeps
// it until it is closed. Thread: the loop's.
class HttpServer {
 public:
  HttpServer();  // empty; may only be assigned to
  HttpServer(Ref<HttpServerState> state, Server server);
  HttpServer(const HttpServer&);
  HttpServer& operator=(const HttpServer&);
  ~HttpServer();

  std::vector<Address> addresses() const;
  std::uint16_t port() const;
  const HttpCounters& counters() const;

  // Accepts no more; connections live on.
  void close() const;
  // close(); then idle connections are closed, each request that has begun is
  // answered with "Connection: close", and what is left after `grace` is
  // aborted. Returns when the last connection is gone.
  Coro<> drain(Duration grace) const;
  // Whether that has begun. A body without end asks, and ends: it would be
  // aborted only after the whole grace.
  bool draining() const;
  // Serves until it is cancelled; then closes the server.
  Coro<> serve_forever() const;

 private:
  Ref<HttpServerState> state_;
  Server server_;  // whose factory holds the state, so the state has no share
};

// Listens on each address of `host` ("": all), port 0: a free one. Or on a
// socket that is bound already, perhaps before a fork. Throws as
// create_server().
Coro<HttpServer> start_http_server(HttpHandler handler, std::string host,
                                   std::uint16_t port,
                                   HttpServerOptions options = {});
Coro<HttpServer> start_http_server(HttpHandler handler, Socket listener,
                                   HttpServerOptions options = {});

}  // namespace asyncio
