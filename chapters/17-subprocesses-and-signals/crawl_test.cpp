#include <csignal>

#include "10-tasks/held_crawl.hpp"

namespace {

constexpr const char* stage = "17-subprocesses-and-signals";

TEST("as many pages as --concurrency says are under way at once, no more") {
  test::check_concurrency(stage);
}

TEST("Ctrl-C ends a crawl by cancelling every try, with a report") {
  test::check_interrupt(stage);
}

TEST("SIGTERM begins no page more, and lets come what is under way") {
  test::HeldSite site(12);
  program::Program crawl(test::patient_crawl_of(stage, site));
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
