#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "01-blocking-socket/held_site.hpp"
#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

// What this stage's crawl does with its time. What every stage has in common
// is tested once for all of them, in common/.

namespace {

using test::HeldSite;

std::vector<std::string> crawl_of(const HeldSite& site) {
  return {stages::build_folder() + "/chapters/01-blocking-socket/crawl",
          "--json",
          "--concurrency",
          "5",
          "--timeout",
          "600",
          site.url()};
}

TEST("one page is under way at a time, whatever --concurrency says") {
  HeldSite site(3);
  program::Program crawl(crawl_of(site));
  for (int page = 0; page < 3; ++page) {
    site.wait_held(1);
    CHECK_EQ(site.held(), 1);
    site.release();
  }
  const program::Outcome outcome = crawl.wait();
  CHECK_EQ(outcome.status, 0);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 4);
  CHECK_EQ(report.most_sockets, 1);
  CHECK_EQ(report.threads, 1);
}

TEST("Ctrl-C ends a crawl that waits for an answer, with a report") {
  HeldSite site(3);
  program::Program crawl(crawl_of(site));
  site.wait_held(1);
  crawl.send_signal(SIGINT);
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 2);  // "/", and the one that was under way
  CHECK_EQ(report.failed, 1);
}

TEST("a server that sends nothing ends the try when its time is over") {
  HeldSite site(1);
  program::Program crawl(
      {stages::build_folder() + "/chapters/01-blocking-socket/crawl", "--json",
       "--timeout", "0.2", "--max-tries", "1", site.url()});
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 1);
  const stages::Report report = stages::read_report(outcome.out);
  const stages::Page* page = report.find(site.url() + "page-1");
  CHECK(page != nullptr);
  CHECK_EQ(page->error,
           "GET " + site.url() + "page-1: no complete answer within 200 ms");
}

}  // namespace
