// The crawl with a thread a page: the calls of chapter 01, unchanged, in many
// threads at once. What is new is what the threads share, and how to stop them.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <mutex>
#include <vector>

#include "02-threads/thread_pool.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Socket;
using crawler::Crawl;
using crawler::Fetch;

struct Shared {
  explicit Shared(Crawl& a_crawl)
      : crawl(a_crawl),
        pool(static_cast<std::size_t>(crawl.options().concurrency)) {}

  void add(const Socket& socket) {
    const std::lock_guard lock(mutex);
    open.push_back(socket.fd());
  }

  std::mutex mutex;  // guards the next two
  Crawl& crawl;
  std::vector<int> open;  // sockets that a thread may be waiting for
  asyncio::Pipe over = asyncio::make_pipe();  // its end says: all is done
  asyncio::ThreadPool pool;  // last, so that its threads end first
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

// One try at one page, from its first line to its last.
void download(Shared& shared, Socket& socket, Fetch& fetch) {
  socket = Socket::create(fetch.address().family());
  shared.add(socket);
  connect(socket, fetch);
  send(socket, fetch);
  receive(socket, fetch);
}

void start_all(Shared& shared);

// What one thread does for one page. The mutex is free while it waits.
void visit(Shared& shared, Fetch& fetch) {
  Socket socket;
  std::exception_ptr error;
  try {
    download(shared, socket, fetch);
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(shared.mutex);
  std::erase(shared.open, socket.fd());  // before the number is free again
  socket.close();                        // and before others are opened
  if (error) {
    shared.crawl.fail(fetch, error);
  } else {
    shared.crawl.finish(fetch);
  }
  start_all(shared);
}

// A thread for each page that may start now. REQUIRES: the mutex is held.
void start_all(Shared& shared) {
  while (Fetch* fetch = shared.crawl.start()) {
    shared.pool.submit([&shared, fetch] { visit(shared, *fetch); });
  }
  if (shared.crawl.done()) shared.over.write.reset();
}

// A condition variable cannot wait for Ctrl-C too; poll() waits for both.
void wait(Shared& shared) {
  pollfd events[] = {{shared.over.read.get(), POLLIN, 0},
                     {shared.crawl.interrupt_fd(), POLLIN, 0}};
  while (::poll(events, 2, -1) < 0 && errno == EINTR) {
  }
}

void crawl_all(Crawl& crawl) {
  Shared shared(crawl);
  {
    const std::lock_guard lock(shared.mutex);
    start_all(shared);
  }
  wait(shared);
  const std::lock_guard lock(shared.mutex);
  if (crawl.done() && !crawl.interrupted()) return;
  crawl.interrupt();
  for (const int fd : shared.open) ::shutdown(fd, SHUT_RDWR);
}

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(
      argc, argv,
      {"02-threads",
       "A thread for each page under way. --timeout is kept by the socket's "
       "own timer (SO_RCVTIMEO, SO_SNDTIMEO)."},
      crawl_all);
}
