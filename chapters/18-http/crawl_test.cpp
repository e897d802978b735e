#include <csignal>
#include <string>
#include <vector>

#include "01-blocking-socket/held_site.hpp"
#include "10-tasks/runner.hpp"
#include "18-http/http_world.hpp"
#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

// What this stage's crawl does with its time and its connections. What every
// stage has in common is tested once for all of them, in common/.

namespace {

using test::HeldSite;

std::string crawl_program() {
  return stages::build_folder() + "/chapters/18-http/crawl";
}

TEST("as many pages as --concurrency says are under way at once, no more") {
  HeldSite site(12);
  program::Program crawl({crawl_program(), "--json", "--concurrency", "5",
                          "--timeout", "600", site.url()});
  site.wait_held(5);
  site.release();
  site.wait_held(5);
  site.release();
  site.wait_held(2);
  site.release();
  const program::Outcome outcome = crawl.wait();
  CHECK_EQ(outcome.status, 0);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 13);
  CHECK_EQ(report.failed, 0);
  CHECK_EQ(report.threads, 1);
}

TEST("Ctrl-C ends a crawl by cancelling every try, with a report") {
  HeldSite site(12);
  program::Program crawl({crawl_program(), "--json", "--concurrency", "5",
                          "--timeout", "600", site.url()});
  site.wait_held(5);
  crawl.send_signal(SIGINT);
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 6);
  CHECK_EQ(report.failed, 5);
}

// ---- Connections

using namespace test;

// A page with links to all the others, however often it is asked for.
asyncio::HttpHandler linked_pages(int count) {
  return [count](HttpRequest&) -> Coro<HttpResponse> {
    std::string links;
    for (int i = 0; i < count; ++i) {
      links += "<a href=/" + std::to_string(i) + ">x</a>";
    }
    co_return asyncio::html_response(links);
  };
}

// Until the crawl has come, and all its connections are gone.
Coro<asyncio::HttpCounters> serve_a_crawl(Socket listener) {
  const asyncio::HttpHandler handler = linked_pages(40);
  HttpServer server =
      co_await asyncio::start_http_server(handler, std::move(listener));
  while (server.counters().requests < 41 || server.counters().open > 0) {
    co_await asyncio::sleep(1ms);
  }
  server.close();
  co_return server.counters();
}

TEST("connections are used again: forty-one pages need no more than four") {
  Socket listener = Socket::listen_on(asyncio::Address::loopback(0));
  const std::string url = "http://" + listener.local_address().str() + "/";
  program::Program crawl({crawl_program(), "--json", "--concurrency", "4",
                          url});
  const asyncio::HttpCounters counters =
      asyncio::run(serve_a_crawl(std::move(listener)));
  const program::Outcome outcome = crawl.wait();
  CHECK_EQ(outcome.status, 0);
  CHECK_EQ(stages::read_report(outcome.out).total_pages, 41);
  CHECK(counters.accepted <= 4);
}

}  // namespace
