// The crawl with callbacks: each step says what is to be called when the next
// one can be made, and returns. The loop waits, for all of them at once.

#include <exception>
#include <list>
#include <string_view>

#include "05-callbacks/event_loop.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::EventLoop;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// A try under way: what the blocking download() had in its locals. How far it
// has come is nowhere to be seen: it is which callback comes next.
struct Download {
  explicit Download(Fetch& a_fetch)
      : fetch(a_fetch), unsent(a_fetch.request()) {}

  Fetch& fetch;
  Socket socket;
  std::string_view unsent;
  asyncio::TimerHandle timer;
};

class Downloads {
 public:
  Downloads(EventLoop& loop, Crawl& crawl) : loop_(loop), crawl_(crawl) {}

  void start_all() {
    while (Fetch* fetch = crawl_.start()) {
      start(downloads_.emplace_back(*fetch));
    }
    if (crawl_.done()) loop_.stop();
  }

 private:
  using Step = void (Downloads::*)(Download&);

  // The try block of download(): it has to stand around every step, since no
  // step is called by another.
  auto guard(Download& download, Step step) {
    return [this, &download, step] {
      try {
        (this->*step)(download);
      } catch (...) {
        crawl_.fail(download.fetch, std::current_exception());
        remove(download);
      }
    };
  }

  void start(Download& download) {
    download.timer = loop_.call_at(download.fetch.deadline(),
                                   guard(download, &Downloads::timed_out));
    loop_.call_soon(guard(download, &Downloads::connect));
  }

  // 1. connect
  void connect(Download& download) {
    const asyncio::Address& address = download.fetch.address();
    download.socket = Socket::create(address.family());
    download.socket.set_nonblocking();
    download.socket.start_connect(address);
    when_writable(download, &Downloads::connected);
  }

  void connected(Download& download) {
    download.socket.finish_connect(download.fetch.address());
    download.fetch.connected();
    send(download);
  }

  // 2. send
  void send(Download& download) {
    while (!download.unsent.empty()) {
      const auto size = download.socket.try_send(download.unsent);
      if (!size) return when_writable(download, &Downloads::send);
      download.unsent.remove_prefix(*size);
    }
    loop_.remove_writer(download.socket.fd());
    when_readable(download, &Downloads::receive);
  }

  // 3. receive. The reader stays, and is called for each piece.
  void receive(Download& download) {
    char buffer[16384];
    const auto size = download.socket.try_recv(buffer, sizeof buffer);
    if (!size) return;
    if (*size > 0 && !download.fetch.feed({buffer, *size})) return;
    if (*size == 0) download.fetch.feed_eof();
    crawl_.finish(download.fetch);
    remove(download);
  }

  void timed_out(Download& download) {
    crawl_.timed_out(download.fetch);
    remove(download);
  }

  void when_writable(Download& download, Step step) {
    loop_.add_writer(download.socket.fd(), guard(download, step));
  }
  void when_readable(Download& download, Step step) {
    loop_.add_reader(download.socket.fd(), guard(download, step));
  }

  // Nothing may call back for it afterwards.
  void remove(Download& download) {
    loop_.remove_reader(download.socket.fd());
    loop_.remove_writer(download.socket.fd());
    download.timer.cancel();
    downloads_.remove_if([&](const Download& d) { return &d == &download; });
    start_all();
  }

  EventLoop& loop_;
  Crawl& crawl_;
  std::list<Download> downloads_;  // they never move
};

void crawl_all(Crawl& crawl) {
  EventLoop loop;
  Downloads downloads(loop, crawl);
  if (crawl.interrupt_fd() >= 0) {
    loop.add_reader(crawl.interrupt_fd(), [&] {
      crawl.interrupt();
      loop.stop();
    });
  }
  downloads.start_all();
  if (!crawl.done()) loop.run_forever();
  loop.close();  // it forgets the downloads, whose sockets close next
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"05-callbacks", ""}, crawl_all);
}
