// The crawl with generators: download() of chapter 01 once more, as functions
// that the compiler can stop in the middle. Where a blocking call would wait,
// they yield what they wait for, and whoever runs them sees to the rest.

#include <exception>
#include <list>
#include <string_view>

#include "05-callbacks/event_loop.hpp"
#include "07-generators/generator.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::EventLoop;
using asyncio::Generator;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// What a generator yields: resume me when `socket` has `event`.
struct Wait {
  Wait(const Socket& a_socket, int an_event)
      : socket(a_socket), event(an_event) {}
  const Socket& socket;
  int event;
};

// 1. connect
Generator<Wait> connect(Socket& socket, Fetch& fetch) {
  socket.start_connect(fetch.address());
  co_yield Wait(socket, EVENT_WRITE);
  socket.finish_connect(fetch.address());
  fetch.connected();
}

// 2. send
Generator<Wait> send(Socket& socket, Fetch& fetch) {
  std::string_view unsent = fetch.request();
  while (!unsent.empty()) {
    const auto size = socket.try_send(unsent);
    if (!size) {
      co_yield Wait(socket, EVENT_WRITE);
    } else {
      unsent.remove_prefix(*size);
    }
  }
}

// 3. receive
Generator<Wait> receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    co_yield Wait(socket, EVENT_READ);
    const auto size = socket.try_recv(buffer, sizeof buffer);
    if (!size) continue;
    if (*size == 0) co_return fetch.feed_eof();
    if (fetch.feed({buffer, *size})) co_return;
  }
}

// One try at one page, from its first line to its last. Each loop hands on what
// the generator below yields: Python's `yield from`.
Generator<Wait> download(Fetch& fetch) {
  Socket socket = Socket::create(fetch.address().family());
  socket.set_nonblocking();
  for (Wait& wait : connect(socket, fetch)) co_yield wait;
  for (Wait& wait : send(socket, fetch)) co_yield wait;
  for (Wait& wait : receive(socket, fetch)) co_yield wait;
}

class Downloads;

// A download that the loop resumes. The loop knows nothing of generators: to
// it, this is a callback that waits for a socket.
class Download final : public asyncio::IoWaiter {
 public:
  Download(EventLoop& loop, Fetch& fetch, Downloads& owner);
  ~Download() {
    timer_.cancel();
    loop_.cancel_io(*this);
  }

  Fetch& fetch() const { return fetch_; }

 private:
  void run() override;
  bool advance() {
    if (!steps_.next()) return false;
    const Wait& wait = steps_.value();
    loop_.wait_io(*this, wait.socket.fd(), wait.socket.generation(),
                  wait.event);
    return true;
  }

  EventLoop& loop_;
  Fetch& fetch_;
  Downloads& owner_;
  asyncio::TimerHandle timer_;
  Generator<Wait> steps_;
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
    crawl_.finish(download.fetch());
    remove(download);
  }

  void failed(Download& download, std::exception_ptr error) {
    crawl_.fail(download.fetch(), error);
    remove(download);
  }

  // The generator is destroyed where it waits, and its locals with it.
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
    : loop_(loop), fetch_(fetch), owner_(owner), steps_(download(fetch)) {
  timer_ = loop.call_at(fetch.deadline(), [this] { owner_.timed_out(*this); });
}

void Download::run() {
  try {
    if (advance()) return;
  } catch (...) {
    return owner_.failed(*this, std::current_exception());
  }
  owner_.finished(*this);
}

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
  return crawler::crawl_main(argc, argv, {"07-generators", ""}, crawl_all);
}
