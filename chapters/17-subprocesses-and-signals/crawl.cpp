// The crawl that ends well: chapter 15's, and two signals. Ctrl-C cuts short
// what is under way. SIGTERM lets it come to its end, and begins no more.

#include <signal.h>

#include <exception>
#include <string>
#include <utility>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "15-streams/streams.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Socket;
using asyncio::Stream;
using asyncio::StreamReader;
using asyncio::StreamWriter;
using asyncio::TaskGroup;
using crawler::Crawl;
using crawler::Fetch;

// 1. connect
Coro<Stream> connect(Fetch& fetch) {
  Socket socket = Socket::create(fetch.address().family());
  socket.set_nonblocking();
  co_await asyncio::sock_connect(socket, fetch.address());
  fetch.connected();
  co_return co_await asyncio::open_connection(std::move(socket));
}

// 2. send
Coro<> send(StreamWriter writer, Fetch& fetch) {
  writer.write(fetch.request());
  co_await writer.drain();
}

// 3. receive
Coro<> receive(StreamReader reader, Fetch& fetch) {
  for (;;) {
    const std::string data = co_await reader.read(16384);
    if (data.empty()) co_return fetch.feed_eof();
    const bool complete = fetch.feed(data);
    if (complete) co_return;
  }
}

// One try at one page, from its first line to its last.
Coro<> download(Fetch& fetch) {
  Stream stream = co_await connect(fetch);
  co_await send(stream.writer, fetch);
  co_await receive(stream.reader, fetch);
  stream.writer.close();
  co_await stream.writer.wait_closed();
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
  asyncio::add_signal_handler(loop, SIGTERM, [&crawl] { crawl.interrupt(); });
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
  return crawler::crawl_main(argc, argv, {"17-subprocesses-and-signals", ""},
                             crawl_all);
}
