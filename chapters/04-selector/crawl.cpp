// The crawl with a selector: one thread, many sockets, and it sleeps until one
// of them can go on. Where each of them stands is still written down by hand.

#include <chrono>
#include <exception>
#include <list>
#include <string_view>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::Selector;
using asyncio::SelectorEvent;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;
using std::chrono::steady_clock;

// A try under way: what the blocking download() had in its locals, and how far
// it has come.
struct Download {
  explicit Download(Fetch& a_fetch)
      : fetch(a_fetch), unsent(a_fetch.request()) {}

  Fetch& fetch;
  Socket socket;
  bool connected = false;
  std::string_view unsent;
};

// 1. connect. True once it is done; false: call again when it is ready.
bool connect(Download& download) {
  if (download.connected) return true;
  const asyncio::Address& address = download.fetch.address();
  if (!download.socket) {
    download.socket = Socket::create(address.family());
    download.socket.set_nonblocking();
    download.socket.start_connect(address);
    return false;
  }
  download.socket.finish_connect(address);
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

// Whoever connects or has something to send waits until it can write.
void watch(Selector& selector, Download& download) {
  const int fd = download.socket.fd();
  const int event = download.unsent.empty() ? EVENT_READ : EVENT_WRITE;
  if (selector.get_key(fd)) {
    selector.modify(fd, event, &download);
  } else {
    selector.register_fd(fd, event, &download);
  }
}

// As far as it goes without waiting; true when the try has ended.
bool advance(Crawl& crawl, Selector& selector, Download& download) {
  try {
    if (!connect(download) || !send(download) || !receive(download)) {
      watch(selector, download);
      return false;
    }
  } catch (...) {
    crawl.fail(download.fetch, std::current_exception());
    return true;
  }
  crawl.finish(download.fetch);
  return true;
}

using Downloads = std::list<Download>;  // oldest first; they never move

void remove(Selector& selector, Downloads& downloads, Download& download) {
  const int fd = download.socket.fd();
  if (selector.get_key(fd)) selector.unregister(fd);  // before it is closed
  downloads.remove_if([&](const Download& d) { return &d == &download; });
}

// Every try has the same time, so the oldest is the first to run out of it.
std::chrono::nanoseconds time_left(const Downloads& downloads) {
  return downloads.front().fetch.deadline() - steady_clock::now();
}

void crawl_all(Crawl& crawl) {
  const auto selector = asyncio::make_default_selector();
  if (crawl.interrupt_fd() >= 0) {
    selector->register_fd(crawl.interrupt_fd(), EVENT_READ, nullptr);
  }
  Downloads downloads;
  const auto go_on = [&](Download& download) {
    if (advance(crawl, *selector, download)) {
      remove(*selector, downloads, download);
    }
  };
  std::vector<SelectorEvent> ready;
  while (!crawl.done()) {
    while (Fetch* fetch = crawl.start()) go_on(downloads.emplace_back(*fetch));
    if (downloads.empty()) continue;
    selector->select(time_left(downloads), ready);
    for (const SelectorEvent& event : ready) {
      if (!event.key.data) return crawl.interrupt();  // Ctrl-C
      go_on(*static_cast<Download*>(event.key.data));
    }
    while (!downloads.empty() && time_left(downloads).count() <= 0) {
      crawl.timed_out(downloads.front().fetch);
      remove(*selector, downloads, downloads.front());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"04-selector", ""}, crawl_all);
}
