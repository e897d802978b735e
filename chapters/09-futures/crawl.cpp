// The crawl with futures: each try is a coroutine with a future for how it
// ends. A socket's readiness is a future as well, so the deadline has something
// that it can cancel.

#include <exception>
#include <list>
#include <string_view>

#include "08-coroutines/root.hpp"
#include "09-futures/run_until_complete.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::EventLoop;
using asyncio::Future;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// A future that the loop completes when `socket` has `event`.
class Readiness {
 public:
  Readiness(const Socket& socket, int event)
      : future(asyncio::create_future()), fd_(socket.fd()) {
    auto complete = [result = future] {
      if (!result.done()) result.set_result();  // it may be cancelled
    };
    EventLoop& loop = future.get_loop();
    if (event == EVENT_READ) loop.add_reader(fd_, complete);
    if (event == EVENT_WRITE) loop.add_writer(fd_, complete);
  }
  ~Readiness() {
    future.get_loop().remove_reader(fd_);
    future.get_loop().remove_writer(fd_);
  }
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  const Future<> future;

 private:
  const int fd_;
};

Coro<> ready(const Socket& socket, int event) {
  Readiness readiness(socket, event);
  co_await readiness.future;
}

// 1. connect
Coro<> connect(Socket& socket, Fetch& fetch) {
  socket.start_connect(fetch.address());
  co_await ready(socket, EVENT_WRITE);
  socket.finish_connect(fetch.address());
  fetch.connected();
}

// 2. send
Coro<> send(Socket& socket, Fetch& fetch) {
  std::string_view unsent = fetch.request();
  while (!unsent.empty()) {
    const auto size = socket.try_send(unsent);
    if (!size) {
      co_await ready(socket, EVENT_WRITE);
    } else {
      unsent.remove_prefix(*size);
    }
  }
}

// 3. receive
Coro<> receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    co_await ready(socket, EVENT_READ);
    const auto size = socket.try_recv(buffer, sizeof buffer);
    if (!size) continue;
    if (*size == 0) co_return fetch.feed_eof();
    if (fetch.feed({buffer, *size})) co_return;
  }
}

// One try at one page, from its first line to its last.
Coro<> download(Fetch& fetch) {
  Socket socket = Socket::create(fetch.address().family());
  socket.set_nonblocking();
  co_await connect(socket, fetch);
  co_await send(socket, fetch);
  co_await receive(socket, fetch);
}

// A download that runs, and the future that it completes.
class Download final : public asyncio::Root<> {
 public:
  Download(EventLoop& loop, Fetch& a_fetch)
      : Root(loop, download(a_fetch)), fetch(a_fetch), future(loop) {
    loop.schedule(*this);
    timer_ = loop.call_at(fetch.deadline(), [this] { cancel(); });
  }
  ~Download() override {
    timer_.cancel();
    if (future.done()) future.cancel();  // nobody needs its error any more
  }

  Fetch& fetch;
  const Future<> future;

 private:
  void finished() override {
    try {
      result();
      future.set_result();
    } catch (...) {
      future.set_exception(std::current_exception());
    }
  }

  // Cancels what the download waits for. If that has happened already, the
  // download is in the loop's queue, and is told when it goes on.
  void cancel() {
    set_interrupt();
    if (wait()) wait()->cancel("");
  }
  void throw_interrupt() override {
    clear_interrupt();
    throw CancelledError();
  }

  asyncio::TimerHandle timer_;
};

// The downloads that run at once.
class Downloads {
 public:
  Downloads(EventLoop& loop, Crawl& crawl)
      : over(loop), loop_(loop), crawl_(crawl) {}

  const Future<> over;

  void start() {
    while (Fetch* fetch = crawl_.start()) {
      Download& download = downloads_.emplace_back(loop_, *fetch);
      download.future.add_done_callback(
          [this, &download](const Future<>&) { ended(download); });
    }
    if (crawl_.done() && !over.done()) over.set_result();
  }

  void interrupt() {
    crawl_.interrupt();
    if (!over.done()) over.set_result();
  }

 private:
  void ended(Download& download) {
    const std::exception_ptr error = download.future.exception();
    if (crawl_.interrupted()) return;
    if (!error) {
      crawl_.finish(download.fetch);
    } else if (loop_.time() >= download.fetch.deadline()) {
      crawl_.timed_out(download.fetch);
    } else {
      crawl_.fail(download.fetch, error);
    }
    downloads_.remove_if([&](const Download& d) { return &d == &download; });
    start();
  }

  EventLoop& loop_;
  Crawl& crawl_;
  std::list<Download> downloads_;
};

void crawl_all(Crawl& crawl) {
  EventLoop loop;
  Downloads downloads(loop, crawl);
  if (crawl.interrupt_fd() >= 0) {
    loop.add_reader(crawl.interrupt_fd(), [&] { downloads.interrupt(); });
  }
  downloads.start();
  asyncio::run_until_complete(loop, downloads.over);
  loop.close();  // it forgets the downloads, which are destroyed next
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"09-futures", ""}, crawl_all);
}
