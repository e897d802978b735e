// What the crawl of each stage does with its time, from chapter 10 on: on a
// site that keeps its visitors waiting. What every stage has in common besides
// is tested once for all of them, in common/.
//
// Not part of the library: for programs and tests.

#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "01-blocking-socket/held_site.hpp"
#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

namespace test {

// "13-synchronization", with these options.
inline std::vector<std::string> crawl_of(const std::string& stage,
                                         const HeldSite& site,
                                         std::vector<std::string> options) {
  std::vector<std::string> words{
      stages::build_folder() + "/chapters/" + stage + "/crawl", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(site.url());
  return words;
}

// Five pages at once, and nobody's time is ever over.
inline std::vector<std::string> patient_crawl_of(const std::string& stage,
                                                 const HeldSite& site) {
  return crawl_of(stage, site, {"--concurrency", "5", "--timeout", "600"});
}

// As many pages as --concurrency says are under way at once, and no more.
inline void check_concurrency(const std::string& stage) {
  HeldSite site(12);
  program::Program crawl(patient_crawl_of(stage, site));
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

// Ctrl-C ends the crawl, every try that is under way, and leaves a report.
inline void check_interrupt(const std::string& stage) {
  HeldSite site(12);
  program::Program crawl(patient_crawl_of(stage, site));
  site.wait_held(5);
  crawl.send_signal(SIGINT);
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 130);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.total_pages, 6);
  CHECK_EQ(report.failed, 5);
}

// One silent page holds up no other.
inline void check_silent_pages(const std::string& stage) {
  HeldSite site(3);
  program::Program crawl(
      crawl_of(stage, site, {"--timeout", "0.2", "--max-tries", "1"}));
  const program::Outcome outcome = crawl.wait();
  CHECK(!outcome.hung);
  const stages::Report report = stages::read_report(outcome.out);
  CHECK_EQ(report.failed, 3);
  CHECK_EQ(report.most_sockets, 3);
  CHECK_EQ(report.pages[1].error, "GET " + site.url() +
                                      "page-1: no complete answer within "
                                      "200 ms");
}

}  // namespace test
