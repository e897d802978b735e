// The crawl with workers: as many as pages may be under way at once, and a
// queue of what is to be fetched. A worker that has a page puts the pages that
// may start now into the queue; when all is dealt with, join() returns.

#include <exception>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "13-synchronization/queue.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
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

// One try, and how it ended. It catches no cancellation, so that one ends it,
// and closes the socket on its way.
Coro<> visit(Crawl& crawl, Fetch& fetch) {
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
}

using FetchQueue = asyncio::Queue<Fetch*>;

void start_all(Crawl& crawl, FetchQueue& queue) {
  while (Fetch* fetch = crawl.start()) queue.put_nowait(fetch);
}

Coro<> worker(Crawl& crawl, FetchQueue& queue) {
  for (;;) {
    Fetch* fetch = co_await queue.get();
    co_await visit(crawl, *fetch);
    start_all(crawl, queue);
    queue.task_done();
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
  FetchQueue queue;
  auto body = [&crawl, &queue](TaskGroup& group) -> Coro<> {
    std::vector<asyncio::Task<>> workers;
    for (int i = 0; i < crawl.options().concurrency; ++i) {
      workers.push_back(group.create_task(worker(crawl, queue)));
    }
    start_all(crawl, queue);
    co_await queue.join();
    for (auto& task : workers) task.cancel();
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
  return crawler::crawl_main(argc, argv, {"13-synchronization", ""}, crawl_all);
}
