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
using Words = std::vector<std::string>;

program::Program crawl(const HeldSite& site, const Words& options) {
  Words words{stages::build_folder() + "/chapters/11-gather/crawl", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(site.url());
  return program::Program(words);
}

TEST("as many pages are under way as --concurrency says, in one thread") {
  HeldSite site(5);
  program::Program program =
      crawl(site, {"--concurrency", "3", "--timeout", "600"});
  site.wait_held(3);
  CHECK_EQ(site.held(), 3);
  site.release();
  site.wait_held(2);
  site.release();
  const program::Outcome outcome = program.wait();
  CHECK_EQ(outcome.status, 0);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 6);
  CHECK_EQ(report.most_sockets, 3);
  CHECK_EQ(report.threads, 1);
}

TEST("Ctrl-C ends a crawl that waits for several answers, with a report") {
  HeldSite site(3);
  program::Program program =
      crawl(site, {"--concurrency", "3", "--timeout", "600"});
  site.wait_held(3);
  program.send_signal(SIGINT);
  const program::Outcome outcome = program.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 4);  // "/", and those that were under way
  CHECK_EQ(report.failed, 3);
}

TEST("a server that sends nothing ends every try when its time is over") {
  HeldSite site(2);
  program::Program program =
      crawl(site, {"--timeout", "0.2", "--max-tries", "1"});
  const program::Outcome outcome = program.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 1);
  const stages::Report report = stages::read_report(outcome.out);
  for (const char* name : {"page-1", "page-2"}) {
    const stages::Page* page = report.find(site.url() + name);
    CHECK(page != nullptr);
    CHECK_EQ(page->error,
             "GET " + site.url() + name + ": no complete answer within 200 ms");
  }
}

}  // namespace
