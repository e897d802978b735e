// The smallest server: every request is answered with one line.
//
//   hello [PORT]   (8080; 0: any free one)
//   curl http://127.0.0.1:8080/

#include <cstdio>
#include <cstdlib>

#include "10-tasks/runner.hpp"
#include "18-http/http_server.hpp"
#include "common/error.hpp"

namespace {

using asyncio::Coro;
using asyncio::HttpRequest;
using asyncio::HttpResponse;

Coro<HttpResponse> hello(HttpRequest&) {
  co_return asyncio::text_response("Hello, world!\n");
}

Coro<> serve(std::uint16_t port) {
  auto server = co_await asyncio::start_http_server(hello, "127.0.0.1", port);
  std::printf("http://127.0.0.1:%u/\n", server.port());
  std::fflush(stdout);
  co_await server.serve_forever();
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  try {
    asyncio::run(serve(static_cast<std::uint16_t>(port)));
  } catch (const asyncio::Interrupted&) {
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hello: %s\n", error.what());
    return 1;
  }
}
