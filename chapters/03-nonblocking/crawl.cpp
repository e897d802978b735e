// The crawl with sockets that never block: one thread goes round all of them,
// asking each again and again whether it can go on now. No call waits, and so
// the processor never rests.

#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <iterator>
#include <list>
#include <string_view>

#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// A try under way: what the blocking download() had in its locals, and how far
// it has come. A function that returns to ask again later keeps none of that.
struct Download {
  explicit Download(Fetch& a_fetch)
      : fetch(a_fetch), unsent(a_fetch.request()) {}

  Fetch& fetch;
  Socket socket;
  bool connected = false;
  std::string_view unsent;
};

// The kernel connects by itself. A failure stands in the socket's error; a
// connection has a peer.
bool is_connected(Download& download) {
  download.socket.finish_connect(download.fetch.address());
  sockaddr_storage peer;
  socklen_t size = sizeof peer;
  return ::getpeername(download.socket.fd(), reinterpret_cast<sockaddr*>(&peer),
                       &size) == 0;
}

// 1. connect. True once it is done; false: ask again.
bool connect(Download& download) {
  if (download.connected) return true;
  if (!download.socket) {
    const asyncio::Address& address = download.fetch.address();
    download.socket = Socket::create(address.family());
    download.socket.set_nonblocking();
    download.socket.start_connect(address);
  }
  if (!is_connected(download)) return false;
  download.fetch.connected();
  return download.connected = true;
}

// 2. send
bool send(Download& download) {
  while (!download.unsent.empty()) {
    const auto size = download.socket.try_send(download.unsent);
    if (!size) return false;
    download.unsent.remove_prefix(*size);
  }
  return true;
}

// 3. receive. One buffer a visit: a long page holds up no other.
bool receive(Download& download) {
  char buffer[16384];
  const auto size = download.socket.try_recv(buffer, sizeof buffer);
  if (!size) return false;
  if (*size > 0) return download.fetch.feed({buffer, *size});
  download.fetch.feed_eof();
  return true;
}

// As far as it goes without waiting; true when the try has ended.
bool advance(Crawl& crawl, Download& download) {
  try {
    if (connect(download) && send(download) && receive(download)) {
      crawl.finish(download.fetch);
      return true;
    }
    if (std::chrono::steady_clock::now() < download.fetch.deadline()) {
      return false;
    }
    crawl.timed_out(download.fetch);
  } catch (...) {
    crawl.fail(download.fetch, std::current_exception());
  }
  return true;
}

void crawl_all(Crawl& crawl) {
  std::list<Download> downloads;
  while (!crawl.done()) {
    while (Fetch* fetch = crawl.start()) downloads.emplace_back(*fetch);
    for (auto next = downloads.begin(); next != downloads.end();) {
      next = advance(crawl, *next) ? downloads.erase(next) : std::next(next);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(
      argc, argv,
      {"03-nonblocking",
       "One thread asks every socket over and over, and keeps a "
       "processor busy all the while."},
      crawl_all);
}
