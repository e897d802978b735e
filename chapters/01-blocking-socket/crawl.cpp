// The crawl with blocking sockets: one page after another. Each call waits
// until its work is done, so the program reads as what it does, in order.

#include <algorithm>
#include <chrono>
#include <exception>

#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// No blocking call may outlast its try. At least a millisecond, because a
// socket takes a timeout of 0 as "for ever".
void limit_wait(Socket& socket, const Fetch& fetch) {
  const auto left = fetch.deadline() - std::chrono::steady_clock::now();
  socket.set_timeout(std::max<std::chrono::nanoseconds>(left, 1ms));
}

// 1. connect
void connect(Socket& socket, Fetch& fetch) {
  limit_wait(socket, fetch);
  socket.connect(fetch.address());
  fetch.connected();
}

// 2. send
void send(Socket& socket, Fetch& fetch) {
  limit_wait(socket, fetch);
  socket.send_all(fetch.request());
}

// 3. receive
void receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    limit_wait(socket, fetch);
    const std::size_t size = socket.recv(buffer, sizeof buffer);
    if (size == 0) return fetch.feed_eof();
    if (fetch.feed({buffer, size})) return;
  }
}

// One try at one page, from its first line to its last.
void download(Fetch& fetch) {
  Socket socket = Socket::create(fetch.address().family());
  connect(socket, fetch);
  send(socket, fetch);
  receive(socket, fetch);
}

void crawl_all(Crawl& crawl) {
  while (Fetch* fetch = crawl.start()) {
    try {
      download(*fetch);
    } catch (...) {
      crawl.fail(*fetch, std::current_exception());
      continue;
    }
    crawl.finish(*fetch);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(
      argc, argv,
      {"01-blocking-socket",
       "One page at a time, whatever --concurrency says. --timeout is kept by "
       "the socket's own timer (SO_RCVTIMEO, SO_SNDTIMEO)."},
      crawl_all);
}
