// A conversation with a server, as it goes over the wire: "> " is what the
// client sends, "< " what comes back. The Date is left out, since it is never
// the same.

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "18-http/http_server.hpp"

namespace {

using asyncio::BodyWriter;
using asyncio::Coro;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::HttpServer;
using asyncio::Socket;
using namespace std::chrono_literals;

Coro<> count_to_two(BodyWriter& to) {
  co_await to.write("one ");
  co_await asyncio::sleep(1s);
  co_await to.write("two");
}

Coro<HttpResponse> answer(HttpRequest& request) {
  if (request.path() == "/slow") co_await asyncio::sleep(1s);
  HttpResponse response = asyncio::text_response(request.target() + "\n");
  if (request.path() == "/stream") response.stream = count_to_two;
  co_return response;
}

// Line by line, with `mark` in front.
void print(char mark, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with("Date:")) {
      std::printf("%c %.*s\n", mark, static_cast<int>(line.size()),
                  line.data());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Sends the text, says that no more will come, and prints all answers.
Coro<> talk(HttpServer server, const char* what, std::string text) {
  std::printf("--- %s\n", what);
  print('>', text);
  Socket socket = Socket::create(AF_INET);
  socket.set_nonblocking();
  co_await asyncio::sock_connect(socket, server.addresses().front());
  co_await asyncio::sock_sendall(socket, text);
  socket.shutdown_write();
  std::string all;
  for (;;) {
    std::string piece = co_await asyncio::sock_recv(socket, 65536);
    if (piece.empty()) break;
    all += piece;
  }
  print('<', all);
}

Coro<> talk_all() {
  HttpServer server =
      co_await asyncio::start_http_server(answer, "127.0.0.1", 0);
  const std::string host = " HTTP/1.1\r\nHost: h\r\n";
  co_await talk(server, "two requests at once, the first one slow",
                "GET /slow" + host + "\r\nGET /quick" + host + "\r\n");
  co_await talk(server, "a body that is made while it is sent",
                "GET /stream" + host + "\r\n");
  co_await talk(server, "one request, or two?",
                "POST /a" + host +
                    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "0\r\n\r\nGET /hidden" + host + "\r\n");
  co_await talk(server, "cut short", "GET /cut HTT");
  server.close();
}

}  // namespace

int main() { asyncio::run(talk_all()); }
