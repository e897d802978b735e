// The crawl with coroutines: download() of chapter 01 once more, nearly word
// for word. Where a blocking call would wait, there stands co_await.

#include <exception>
#include <list>
#include <string_view>

#include "08-coroutines/root.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::Driver;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::EventLoop;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// co_await Ready(socket, EVENT_READ) suspends until the socket can be read. It
// stands in the frame of the coroutine that waits.
class Ready final : private asyncio::IoWaiter {
 public:
  Ready(const Socket& socket, int event) : socket_(socket), event_(event) {}
  ~Ready() {
    if (driver_) driver_->loop().cancel_io(*this);
  }

  bool await_ready() const { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    driver_ = &handle.promise().driver();
    driver_->loop().wait_io(*this, socket_.fd(), socket_.generation(), event_);
    driver_->suspend(handle, nullptr);
  }
  void await_resume() const {}

 private:
  void run() override { driver_->run(); }

  const Socket& socket_;
  const int event_;
  Driver* driver_ = nullptr;
};

// 1. connect
Coro<> connect(Socket& socket, Fetch& fetch) {
  socket.start_connect(fetch.address());
  co_await Ready(socket, EVENT_WRITE);
  socket.finish_connect(fetch.address());
  fetch.connected();
}

// 2. send
Coro<> send(Socket& socket, Fetch& fetch) {
  std::string_view unsent = fetch.request();
  while (!unsent.empty()) {
    const auto size = socket.try_send(unsent);
    if (!size) {
      co_await Ready(socket, EVENT_WRITE);
    } else {
      unsent.remove_prefix(*size);
    }
  }
}

// 3. receive
Coro<> receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    co_await Ready(socket, EVENT_READ);
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

class Downloads;

// A download that the loop resumes.
class Download final : public asyncio::Root<> {
 public:
  Download(EventLoop& loop, Fetch& fetch, Downloads& owner);
  ~Download() override { timer_.cancel(); }

  Fetch& fetch() const { return fetch_; }

 private:
  void finished() override;

  Fetch& fetch_;
  Downloads& owner_;
  asyncio::TimerHandle timer_;
};

// The downloads that run at once.
class Downloads {
 public:
  Downloads(EventLoop& loop, Crawl& crawl) : loop_(loop), crawl_(crawl) {}

  // Not resumed here but by the loop: one that fails at once starts others.
  void start() {
    while (Fetch* fetch = crawl_.start()) {
      loop_.schedule(downloads_.emplace_back(loop_, *fetch, *this));
    }
    if (crawl_.done()) loop_.stop();
  }

  void finished(Download& download) {
    try {
      download.result();
    } catch (...) {
      crawl_.fail(download.fetch(), std::current_exception());
      return remove(download);
    }
    crawl_.finish(download.fetch());
    remove(download);
  }

  // The coroutines are destroyed where they wait, and their locals with them.
  void timed_out(Download& download) {
    crawl_.timed_out(download.fetch());
    remove(download);
  }

 private:
  void remove(Download& download) {
    downloads_.remove_if([&](const Download& d) { return &d == &download; });
    start();
  }

  EventLoop& loop_;
  Crawl& crawl_;
  std::list<Download> downloads_;
};

Download::Download(EventLoop& loop, Fetch& fetch, Downloads& owner)
    : Root(loop, download(fetch)), fetch_(fetch), owner_(owner) {
  timer_ = loop.call_at(fetch.deadline(), [this] { owner_.timed_out(*this); });
}

void Download::finished() { owner_.finished(*this); }

void crawl_all(Crawl& crawl) {
  EventLoop loop;
  Downloads downloads(loop, crawl);
  if (crawl.interrupt_fd() >= 0) {
    loop.add_reader(crawl.interrupt_fd(), [&] {
      crawl.interrupt();
      loop.stop();
    });
  }
  downloads.start();
  if (!crawl.done()) loop.run_forever();
  loop.close();  // it forgets the downloads, which are destroyed next
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"08-coroutines", ""}, crawl_all);
}
