// The crawl with blocking calls in threads, and everything else in the loop:
// chapter 02's connect, send and receive, unchanged, and chapter 12's tasks
// around them. What the pages share belongs to the loop's thread: no mutex.

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <vector>

#include "10-tasks/runner.hpp"
#include "12-cancellation/task_group.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Socket;
using asyncio::TaskGroup;
using crawler::Crawl;
using crawler::Fetch;

// What the tasks share. No thread but the loop's touches it.
struct Shared {
  Crawl& crawl;
  TaskGroup& group;
  asyncio::ThreadPoolExecutor& threads;
  std::vector<int>& open;  // sockets that a thread may be waiting for
};

// No blocking call may outlast its try. At least a millisecond, because a
// socket takes a timeout of 0 as "for ever".
void limit_wait(Socket& socket, const Fetch& fetch) {
  const auto left = fetch.deadline() - std::chrono::steady_clock::now();
  socket.set_timeout(std::max<std::chrono::nanoseconds>(left, 1ms));
}

// 1. connect
void connect(Socket& socket, Fetch& fetch) {
  limit_wait(socket, fetch);
  socket.connect(fetch.address());
  fetch.connected();
}

// 2. send
void send(Socket& socket, Fetch& fetch) {
  limit_wait(socket, fetch);
  socket.send_all(fetch.request());
}

// 3. receive
void receive(Socket& socket, Fetch& fetch) {
  char buffer[16384];
  for (;;) {
    limit_wait(socket, fetch);
    const std::size_t size = socket.recv(buffer, sizeof buffer);
    if (size == 0) return fetch.feed_eof();
    if (fetch.feed({buffer, size})) return;
  }
}

// One try at one page, from its first line to its last: what a thread does.
void download(Socket& socket, Fetch& fetch) {
  connect(socket, fetch);
  send(socket, fetch);
  receive(socket, fetch);
}

void start_all(Shared shared);

// A task: one try, how it ended, and the pages that may start now. It is not
// cancelled, since the thread uses what stands in this frame.
Coro<> visit(Shared shared, Fetch& fetch) {
  std::exception_ptr error;
  Socket socket;
  try {
    socket = Socket::create(fetch.address().family());
    shared.open.push_back(socket.fd());
    auto call = [&socket, &fetch] { download(socket, fetch); };
    asyncio::Future<> done = run_in_executor(shared.threads, call);
    co_await done;
  } catch (...) {
    error = std::current_exception();
  }
  std::erase(shared.open, socket.fd());  // before the number is free again
  if (error) {
    shared.crawl.fail(fetch, error);
  } else {
    shared.crawl.finish(fetch);
  }
  start_all(shared);
}

void start_all(Shared shared) {
  while (Fetch* fetch = shared.crawl.start()) {
    shared.group.create_task(visit(shared, *fetch));
  }
}

Coro<> crawl_pages(Crawl& crawl) {
  EventLoop& loop = asyncio::get_running_loop();
  asyncio::ThreadPoolExecutor threads(
      static_cast<std::size_t>(crawl.options().concurrency));
  std::vector<int> open;
  const int fd = crawl.interrupt_fd();
  if (fd >= 0) {
    // Nobody can cancel a thread. But what it waits for can be ended.
    loop.add_reader(fd, [&crawl, &loop, &open, fd] {
      loop.remove_reader(fd);
      crawl.interrupt();
      for (const int socket : open) ::shutdown(socket, SHUT_RDWR);
    });
  }
  auto body = [&](TaskGroup& group) -> Coro<> {
    start_all({crawl, group, threads, open});
    co_return;
  };
  co_await asyncio::task_group(body);
  if (fd >= 0) loop.remove_reader(fd);
}

void crawl_all(Crawl& crawl) { asyncio::run(crawl_pages(crawl)); }

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(
      argc, argv,
      {"16-threads-and-executors",
       "A thread for each page under way. --timeout is kept by the socket's "
       "own timer (SO_RCVTIMEO, SO_SNDTIMEO)."},
      crawl_all);
}
