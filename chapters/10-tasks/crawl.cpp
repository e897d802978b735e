// The crawl with tasks: download() of chapter 01 again, line for line, with a
// co_await before each call that may wait, and a task for each page.

#include <exception>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "common/crawl_main.hpp"

namespace {

using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Future;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

// 1. connect
Coro<> connect(Socket& socket, Fetch& fetch) {
  co_await asyncio::sock_connect(socket, fetch.address());
  fetch.connected();
}

// 2. send
Coro<> send(Socket& socket, Fetch& fetch) {
  co_await asyncio::sock_sendall(socket, fetch.request());
}

// 3. receive
Coro<> receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    const std::size_t size = co_await asyncio::sock_recv_into(socket, buffer);
    if (size == 0) co_return fetch.feed_eof();
    if (fetch.feed({buffer, size})) co_return;
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

void start_all(Crawl& crawl, Future<> over);

// A task: one try, how it ended, and the pages that may start now.
Coro<> visit(Crawl& crawl, Fetch& fetch, Future<> over) {
  EventLoop& loop = asyncio::get_running_loop();
  auto timer = loop.call_at(fetch.deadline(), [self = asyncio::current_task()] {
    self.cancel();
  });
  std::exception_ptr error;
  try {
    co_await download(fetch);
  } catch (...) {
    error = std::current_exception();
  }
  timer.cancel();
  if (crawl.interrupted()) co_return;  // run() cancels what is left
  if (!error) {
    crawl.finish(fetch);
  } else if (loop.time() >= fetch.deadline()) {
    crawl.timed_out(fetch);
  } else {
    crawl.fail(fetch, error);
  }
  start_all(crawl, over);
}

void start_all(Crawl& crawl, Future<> over) {
  while (Fetch* fetch = crawl.start()) {
    asyncio::create_task(visit(crawl, *fetch, over));
  }
  if (crawl.done() && !over.done()) over.set_result();
}

Coro<> crawl_site(Crawl& crawl) {
  EventLoop& loop = asyncio::get_running_loop();
  Future<> over = asyncio::create_future();
  if (crawl.interrupt_fd() >= 0) {
    loop.add_reader(crawl.interrupt_fd(), [&crawl, over] {
      crawl.interrupt();
      if (!over.done()) over.set_result();
    });
  }
  start_all(crawl, over);
  co_await over;
  loop.remove_reader(crawl.interrupt_fd());
}

void crawl_all(Crawl& crawl) { asyncio::run(crawl_site(crawl)); }

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"10-tasks", ""}, crawl_all);
}
