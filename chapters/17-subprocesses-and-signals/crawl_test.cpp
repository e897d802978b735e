#include <csignal>
#include <string>
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
  return {stages::build_folder() +
              "/chapters/17-subprocesses-and-signals/crawl",
          "--json", "--concurrency", "5", "--timeout", "600", site.url()};
}

TEST("as many pages as --concurrency says are under way at once, no more") {
  HeldSite site(12);
  program::Program crawl(crawl_of(site));
  site.wait_held(5);  // would wait for ever if a page waited for the one before
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
  CHECK_EQ(report.most_sockets, 5);
  CHECK_EQ(report.threads, 1);
}

TEST("Ctrl-C ends a crawl by cancelling every try, with a report") {
  HeldSite site(12);
  program::Program crawl(crawl_of(site));
  site.wait_held(5);
  crawl.send_signal(SIGINT);
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 6);
  CHECK_EQ(report.failed, 5);
}

TEST("SIGTERM begins no page more, and lets come what is under way") {
  HeldSite site(12);
  program::Program crawl(crawl_of(site));
  site.wait_held(5);
  crawl.send_signal(SIGTERM);
  // The answers may be there before the signal was looked at: what begins
  // then is answered, too.
  site.let_all_go();
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.failed, 0);
  CHECK(report.total_pages < 13);
}

}  // namespace
