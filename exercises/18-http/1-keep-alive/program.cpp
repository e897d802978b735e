// Which connection does a request take: one that was kept, or a new one?

#include <cstdio>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "18-http/http_client.hpp"
#include "18-http/http_server.hpp"

using namespace std::chrono_literals;
using asyncio::ClientRequest;
using asyncio::Coro;
using asyncio::HttpClient;
using asyncio::HttpRequest;
using asyncio::HttpResponse;
using asyncio::HttpServer;

std::string site;

Coro<HttpResponse> answer(HttpRequest& request) {
  if (request.path() == "/slow") co_await asyncio::sleep(1s);
  if (request.path() == "/none") co_return asyncio::error_response(404);
  co_return asyncio::text_response("hello\n");
}

Coro<> ask(HttpClient client, std::string path, bool last = false) {
  ClientRequest request(site + path);
  if (last) request.headers.add("Connection", "close");
  auto response = co_await client.send(std::move(request));
  std::printf("%s: %d, %s\n", path.c_str(), response.status,
              response.reused ? "kept" : "new");
}

Coro<> async_main() {
  HttpServer server =
      co_await asyncio::start_http_server(answer, "127.0.0.1", 0);
  site = "http://" + server.addresses().front().str();
  HttpClient client;
  co_await ask(client, "/one");
  co_await ask(client, "/none");
  co_await asyncio::gather(ask(client, "/slow"), ask(client, "/quick"));
  std::printf("idle: %zu\n", client.pool().idle());
  co_await ask(client, "/bye", true);
  std::printf("idle: %zu\n", client.pool().idle());
  co_await asyncio::sleep(1min);
  co_await ask(client, "/later");
  std::printf("opened: %zu\n", client.pool().opened());
  client.close();
  server.close();
}

int main() { asyncio::run(async_main()); }
