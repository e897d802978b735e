// The crawl with cancellation: a worker for each page that may be under way,
// each try under a timeout, and Ctrl-C is nothing but a cancelled task. The
// files that were open are closed because frames are destroyed.

#include <exception>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::Future;
using asyncio::Socket;
using asyncio::TaskGroup;
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
    const bool complete = fetch.feed({buffer, size});
    if (complete) co_return;
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

Coro<> page(Crawl& crawl, Fetch& fetch, Future<>& ended) {
  try {
    co_await asyncio::timeout_at(fetch.deadline(),
                                 [&] { return download(fetch); });
    crawl.finish(fetch);
  } catch (const asyncio::TimeoutError&) {
    crawl.timed_out(fetch);
  } catch (const std::exception&) {
    crawl.fail(fetch, std::current_exception());
  }
  if (!ended.done()) ended.set_result();
}

// Starts pages until there are no more; each that ends makes room for others.
Coro<> crawl_pages(Crawl& crawl, TaskGroup& group, Future<>& ended) {
  while (!crawl.done()) {
    ended = asyncio::create_future();
    while (Fetch* fetch = crawl.start()) {
      group.create_task(page(crawl, *fetch, ended));
    }
    if (!crawl.done()) co_await ended;
  }
}

Coro<> crawl_until_interrupted(Crawl& crawl) {
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  const asyncio::AnyTask self = asyncio::current_task();
  const int fd = crawl.interrupt_fd();
  if (fd >= 0) {
    loop.add_reader(fd, [&loop, fd, self] {
      loop.remove_reader(fd);
      self.cancel();
    });
  }
  Future<> ended;  // out here, where it outlives every page of the group
  co_await asyncio::task_group(
      [&](TaskGroup& group) { return crawl_pages(crawl, group, ended); });
}

void crawl_all(Crawl& crawl) {
  try {
    asyncio::run(crawl_until_interrupted(crawl));
  } catch (const asyncio::CancelledError&) {
    crawl.interrupt();
  }
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"12-cancellation", ""}, crawl_all);
}
