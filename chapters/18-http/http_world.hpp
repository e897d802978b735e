// What the tests of the server share: a server on a free port, and a peer
// that sends exactly the bytes it is told to.
//
// Not part of the library: for programs and tests.

#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <utility>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "18-http/http_server.hpp"

namespace test {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::HttpServer;
using asyncio::Socket;

// "GET /a body": what a request was.
inline Coro<HttpResponse> show_request(HttpRequest& request) {
  std::string text = request.method() + " " + request.target();
  if (!request.body().empty()) text += " " + request.body();
  co_return asyncio::text_response(text);
}

inline Coro<HttpServer> start(asyncio::HttpHandler handler = show_request,
                              asyncio::HttpServerOptions options = {}) {
  HttpServer server = co_await asyncio::start_http_server(
      std::move(handler), "127.0.0.1", 0, std::move(options));
  co_return server;
}

class Peer {
 public:
  static Coro<Peer> connect(HttpServer server) {
    Peer peer;
    peer.socket_ = Socket::create(AF_INET);
    peer.socket_.set_nonblocking();
    co_await asyncio::sock_connect(peer.socket_, server.addresses().front());
    co_return peer;
  }

  Socket& socket() { return socket_; }

  // `text` must outlive the call.
  Coro<> send(std::string text) {
    co_await asyncio::sock_sendall(socket_, text);
  }

  // Until the server closes. "reset" behind it if it does so with a reset.
  Coro<std::string> read_all() {
    std::string all;
    bool reset = false;
    try {
      for (;;) {
        std::string piece = co_await asyncio::sock_recv(socket_, 65536);
        if (piece.empty()) break;
        all += piece;
      }
    } catch (const std::system_error&) {
      reset = true;
    }
    co_return reset ? all + "reset" : all;
  }

  // Until `end` stands at the end of what came.
  Coro<std::string> read_until(std::string end) {
    std::string all;
    while (!all.ends_with(end)) {
      std::string piece = co_await asyncio::sock_recv(socket_, 65536);
      if (piece.empty()) break;
      all += piece;
    }
    co_return all;
  }

  void reset() {
    const linger now{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_.close();
  }

 private:
  Socket socket_;
};

// Sends it, says that nothing more will come, and reads to the end.
inline Coro<std::string> talk(HttpServer server, std::string text) {
  Peer peer = co_await Peer::connect(server);
  co_await peer.send(std::move(text));
  peer.socket().shutdown_write();
  std::string answer = co_await peer.read_all();
  co_return answer;
}

// The status line's number: "200", or "" if there is no answer.
inline std::string status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? answer.substr(9, 3) : "";
}

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

// Without the one line that is never the same.
inline std::string without_date(std::string text) {
  for (;;) {
    const auto at = text.find("Date: ");
    if (at == std::string::npos) return text;
    text.erase(at, text.find("\r\n", at) + 2 - at);
  }
}

inline std::string get(const std::string& target,
                       const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

inline std::string post(const std::string& fields, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

// Lets the loop run until nothing is ready any more. REQUIRES: manual time.
inline Coro<> settle() { co_await asyncio::sleep(1ms); }

}  // namespace test
