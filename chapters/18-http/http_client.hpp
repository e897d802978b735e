#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "18-http/connection_pool.hpp"
#include "common/http.hpp"

namespace asyncio {

// A ResponseObserver sees an answer while it comes: for a progress line, or
// for a program that reads it in its own way. What it throws ends the request.
class ResponseObserver {
 public:
  virtual void connected() {}
  virtual void received(std::string_view bytes) { (void)bytes; }  // as sent
  virtual void ended() {}  // the server has closed the connection

 protected:
  ~ResponseObserver() = default;
};

// What a client asks.
struct ClientRequest {
  explicit ClientRequest(std::string to, std::string with_method = "GET")
      : method(std::move(with_method)), url(std::move(to)) {}

  std::string method;
  std::string url;
  web::Headers headers;  // in addition; those given replace the usual ones
  std::string body;
  bool chunked = false;  // sends the body in chunks, not with its length
  ResponseObserver* observer = nullptr;  // not owned
};

// What a server has answered, whole.
struct ClientResponse {
  int status = 0;
  std::string reason;
  web::Headers headers;
  std::string body;
  std::string url;      // who has answered, after redirects
  bool reused = false;  // on a connection that had served before
};

struct HttpClientOptions {
  HttpClientOptions() {}
  PoolOptions pool;
  web::Limits limits;                              // of an answer
  Duration timeout = std::chrono::seconds(60);     // for all of a request
  int max_redirects = 0;                           // 0: gives the 3xx
};

// An HttpClient sends requests over a pool of connections, and keeps those
// that can be used again. Many tasks may share one: each request has its
// connection for itself until its answer was read.
//
// A connection that was kept may have been closed by the server in the very
// moment in which a request goes out. If not one byte of an answer came, and
// asking twice does no harm (the method is idempotent: RFC 9110 section
// 9.2.2), the request is sent once more, on a new connection.
//
// Cancelling a request, and its timeout, drop its connection. Throws
// std::system_error (connect, recv), web::ProtocolError (the answer is
// broken), web::UrlError, and TimeoutError "GET URL: no complete answer
// within 5 s". An answer with an error status is an answer.
//
// Ownership: a handle; copies share one pool. Thread: the loop's.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});

  Coro<ClientResponse> get(std::string url) const;
  Coro<ClientResponse> send(ClientRequest request) const;

  const ConnectionPool& pool() const { return pool_; }
  void close() const { pool_.close(); }

 private:
  Coro<ClientResponse> follow(ClientRequest request) const;
  Coro<ClientResponse> send_once(ClientRequest request) const;

  HttpClientOptions options_;
  ConnectionPool pool_;
};

}  // namespace asyncio
