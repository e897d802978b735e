// The crawl with tasks and wait(): one task a page. Somebody stands above them
// who is told of the first that ends, of a deadline, and of Ctrl-C, and who
// hears of every error in one place.

#include <chrono>
#include <vector>

#include "10-tasks/runner.hpp"
#include "10-tasks/sock.hpp"
#include "11-gather/wait.hpp"
#include "common/crawl_main.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::Coro;
using asyncio::Future;
using asyncio::Socket;
using asyncio::Task;
using crawler::Crawl;
using crawler::Fetch;
using std::chrono::steady_clock;

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

struct Try {
  Fetch* fetch;
  Task<> task;
};

// True if the try has ended; then the crawl knows how.
bool report(Crawl& crawl, const Try& a_try) {
  if (!a_try.task.done()) return false;
  if (a_try.task.cancelled()) {
    crawl.timed_out(*a_try.fetch);
  } else if (std::exception_ptr error = a_try.task.exception()) {
    crawl.fail(*a_try.fetch, error);
  } else {
    crawl.finish(*a_try.fetch);
  }
  return true;
}

// A future that is done once Ctrl-C was pressed.
Future<> when_interrupted(int fd) {
  const Future<> interrupted = asyncio::create_future();
  if (fd < 0) return interrupted;
  asyncio::EventLoop& loop = asyncio::get_running_loop();
  loop.add_reader(fd, [&loop, fd, interrupted] {
    interrupted.set_result();
    loop.remove_reader(fd);
  });
  return interrupted;
}

Coro<> crawl_pages(Crawl& crawl) {
  const Future<> interrupted = when_interrupted(crawl.interrupt_fd());
  std::vector<Try> tries;  // the oldest first
  while (!crawl.done()) {
    while (Fetch* fetch = crawl.start()) {
      tries.push_back({fetch, asyncio::create_task(download(*fetch))});
    }
    if (tries.empty()) continue;
    std::vector<Future<>> first_of{interrupted};
    for (const Try& a_try : tries) first_of.push_back(a_try.task);
    // Every try has the same time: the oldest is the first to run out of it.
    const auto left = tries[0].fetch->deadline() - steady_clock::now();
    const auto [done, pending] =
        co_await asyncio::wait(first_of, left, asyncio::FIRST_COMPLETED);
    if (interrupted.done()) co_return crawl.interrupt();
    if (done.empty()) tries[0].task.cancel();
    std::erase_if(tries, [&](const Try& t) { return report(crawl, t); });
  }
}

// What is left after Ctrl-C, run() cancels.
void crawl_all(Crawl& crawl) { asyncio::run(crawl_pages(crawl)); }

}  // namespace

int main(int argc, char** argv) {
  return crawler::crawl_main(argc, argv, {"11-gather", ""}, crawl_all);
}
