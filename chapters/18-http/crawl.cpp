// The crawl over the pooled client: a connection that has brought one page
// brings the next one, where the server keeps it open.

#include <exception>

#include "10-tasks/runner.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "18-http/http_client.hpp"
#include "common/crawl_main.hpp"

namespace {

using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::HttpClient;
using asyncio::TaskGroup;
using crawler::Crawl;
using crawler::Fetch;

// The crawl reads answers in its own way: it sees the bytes as they come.
class Reading final : public asyncio::ResponseObserver {
 public:
  explicit Reading(Fetch& fetch) : fetch_(fetch) {}
  void connected() override { fetch_.connected(); }
  void received(std::string_view bytes) override { fetch_.feed(bytes); }
  void ended() override { fetch_.feed_eof(); }

 private:
  Fetch& fetch_;
};

// One try at one page, from its first line to its last.
Coro<> download(HttpClient client, Fetch& fetch) {
  Reading reading(fetch);
  asyncio::ClientRequest request(fetch.url());
  request.observer = &reading;
  co_await client.send(std::move(request));
}

void start_all(HttpClient client, Crawl& crawl, TaskGroup& group);

// A task: one try, how it ended, and the pages that may start now.
Coro<> visit(HttpClient client, Crawl& crawl, Fetch& fetch, TaskGroup& group) {
  auto body = [&] { return download(client, fetch); };
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
  start_all(client, crawl, group);
}

void start_all(HttpClient client, Crawl& crawl, TaskGroup& group) {
  while (Fetch* fetch = crawl.start()) {
    group.create_task(visit(client, crawl, *fetch, group));
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
  asyncio::HttpClientOptions options;
  options.pool.per_host = crawl.options().concurrency;
  options.timeout = std::chrono::hours(24);  // each try has its own deadline
  options.pool.connect_timeout = options.timeout;
  const HttpClient client(options);
  auto body = [&](TaskGroup& group) -> Coro<> {
    start_all(client, crawl, group);
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
  return crawler::crawl_main(argc, argv, {"18-http", ""}, crawl_all);
}
