// The crawl over transports: a protocol for each try. It is told that there is
// a connection, that bytes have come, and that this was all; a future stands
// between it and the task that waits for the page.

#include <exception>
#include <string_view>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Future;
using asyncio::Ref;
using asyncio::Socket;
using asyncio::TaskGroup;
using asyncio::Transport;
using crawler::Crawl;
using crawler::Fetch;

// One try at one page. The Fetch may be gone as soon as complete() is done.
class PageProtocol final : public asyncio::Protocol {
 public:
  explicit PageProtocol(Fetch& fetch)
      : fetch_(fetch),
        complete_(asyncio::create_future<>()),
        closed_(asyncio::create_future<>()) {}

  const Future<>& complete() const { return complete_; }
  const Future<>& closed() const { return closed_; }

  // Whatever comes from now on is not looked at.
  void leave() {
    complete_.cancel();
    if (transport_) transport_->abort();
  }

  // 2. send
  void connection_made(Transport& transport) override {
    transport_ = Ref<Transport>(&transport);
    if (!complete_.done()) transport.write(fetch_.request());
  }

  // 3. receive
  void data_received(std::string_view data) override {
    attempt([&] { return fetch_.feed(data); });
  }
  bool eof_received() override {
    attempt([&] {
      fetch_.feed_eof();
      return true;
    });
    return false;
  }

  void connection_lost(std::exception_ptr error) override {
    if (error && !complete_.done()) complete_.set_exception(error);
    if (!closed_.done()) closed_.set_result();
    transport_ = {};
  }

 private:
  // Calls `feed`, which says whether the page is complete, or throws.
  template <class F>
  void attempt(F feed) {
    if (complete_.done()) return;
    try {
      if (!feed()) return;
      complete_.set_result();
    } catch (...) {
      complete_.set_exception(std::current_exception());
    }
    transport_->close();
  }

  Fetch& fetch_;
  Future<> complete_;
  Future<> closed_;
  Ref<Transport> transport_;
};

// 1. connect
Coro<Socket> connect(Fetch& fetch) {
  Socket socket = Socket::create(fetch.address().family());
  socket.set_nonblocking();
  co_await asyncio::sock_connect(socket, fetch.address());
  fetch.connected();
  co_return std::move(socket);
}

// One try at one page, from its first line to its last.
Coro<> download(Fetch& fetch) {
  Socket socket = co_await connect(fetch);
  auto page = asyncio::make_ref<PageProtocol>(fetch);
  struct Leave {
    PageProtocol& page;
    ~Leave() { page.leave(); }
  } leave{*page};
  const asyncio::ProtocolFactory factory = [page] { return page; };
  co_await asyncio::create_connection(factory, std::move(socket));
  co_await page->complete();
  co_await page->closed();
}

void start_all(Crawl& crawl, TaskGroup& group);

// A task: one try, how it ended, and the pages that may start now. It catches
// no cancellation, so that one ends it, and closes the socket on its way.
Coro<> visit(Crawl& crawl, Fetch& fetch, TaskGroup& group) {
  auto body = [&fetch] { return download(fetch); };
  bool complete = false;
  try {
    co_await asyncio::timeout_at(fetch.deadline(), body);
    complete = true;
  } catch (const asyncio::TimeoutError&) {
    crawl.timed_out(fetch);
  } catch (const std::exception&) {
    crawl.fail(fetch, std::current_exception());
  }
  if (complete) crawl.finish(fetch);
  start_all(crawl, group);
}

void start_all(Crawl& crawl, TaskGroup& group) {
  while (Fetch* fetch = crawl.start()) {
    group.create_task(visit(crawl, *fetch, group));
  }
}

Coro<> crawl_pages(Crawl& crawl) {
  EventLoop& loop = asyncio::get_running_loop();
  const int fd = crawl.interrupt_fd();
  if (fd >= 0) {
    loop.add_reader(fd, [&crawl, &loop, fd, self = asyncio::current_task()] {
      loop.remove_reader(fd);
      crawl.interrupt();
      self.cancel();
    });
  }
  auto body = [&crawl](TaskGroup& group) -> Coro<> {
    start_all(crawl, group);
    co_return;
  };
  co_await asyncio::task_group(body);
}

void crawl_all(Crawl& crawl) {
  try {
    asyncio::run(crawl_pages(crawl));
  } catch (const asyncio::CancelledError&) {
    // Ctrl-C: every try has ended, and the report tells which.
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"14-transports-and-protocols", ""},
                             crawl_all);
}
