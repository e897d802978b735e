// The crawls of all stages over the misbehaving side of the embedded site:
// each misbehaviour is the same clear row everywhere, and never a hang.

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/program.hpp"
#include "common/site.hpp"
#include "common/site_faults.hpp"
#include "common/stage_checks.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

using asyncio::Socket;
using program::Outcome;
using stages::Page;
using stages::Report;
using stages::Stage;
using namespace std::chrono_literals;

namespace {

site::Site& shared_site() {
  static site::Site the_site({.pages = 10, .delay = 0ms, .port = 0});
  return the_site;
}

std::string address() {
  return asyncio::Address::loopback(shared_site().port()).str();
}

// What a misbehaviour's row says. "GET URL: " is left out of the error, except
// where that names another operation.
struct Row {
  const char* name;
  long status;
  long tries;
  std::string error;
};

constexpr long kTries = 2;  // as each crawl here is told

std::vector<Row> expected_rows() {
  const std::string reset = "recv " + address() + ": Connection reset by peer";
  return {
      {"", 200, 1, ""},
      {"short-body", 0, kTries, "cut short after 49 of 1000 bytes"},
      {"wrong-length", 0, 1, "Content-Length 'twelve' is no number"},
      {"two-lengths", 0, 1, "two Content-Lengths differ"},
      {"bad-chunk", 0, 1, "bad chunk size 'five'"},
      {"cut-chunk", 0, kTries,
       "cut short after 7 bytes, before its last chunk"},
      {"endless-header", 0, 1, "the header is longer than 65536 bytes"},
      {"no-http", 0, 1,
       "'SSH-2.0-OpenSSH_9.2' is not an HTTP status line"},
      {"no-answer", 0, kTries, "cut short before its first byte"},
      {"redirect-loop", 302, 1, "redirect loop"},
      {"redirect-loop?again", 302, 1, "redirect loop"},
      {"redirect-on", 302, 1, ""},
      {"redirect-on?+", 302, 1, ""},
      {"redirect-on?++", 302, 1, ""},
      {"redirect-on?+++", 302, 1, "more than 3 redirects"},
      {"redirect-nowhere", 302, 1,
       "parse URL 'http://[::1/': no ']' behind the IPv6 address"},
      {"redirect-tls", 301, 1,
       "redirects to https, and there is no TLS in this course"},
      {"reset", 0, kTries, reset},
      {"reset-midway", 0, kTries, reset},
      {"server-error", 500, 1, "500 Internal Server Error"},
      {"no-page", 404, 1, "404 Not Found"},
      {"binary", 200, 1, ""},
      {"binary-html", 200, 1, ""},
      {"long-body", 200, 1, ""},
      {"chunked", 200, 1, ""},
      {"until-close", 200, 1, ""},
      {"keep-alive", 200, 1, ""},
      {"early-hints", 200, 1, ""},
      {"no-content", 204, 1, ""},
      {"bytewise", 200, 1, ""},
  };
}

std::string text_of(const std::string& name, long status, long tries,
                    const std::string& error) {
  return name + " | " + std::to_string(status) + " | " +
         std::to_string(tries) + " tries | " + error;
}

// Runs a stage's crawl, which must end by itself and must have found faults.
Report faulty_crawl(const Stage& stage, std::vector<std::string> arguments) {
  arguments.push_back("--max-tries=" + std::to_string(kTries));
  Outcome outcome = stages::crawl(stage, arguments);
  stages::check_status(stage, outcome, 1);
  return stages::read_report(outcome.out);
}

// "GET URL: cause" without the beginning that every row has.
std::string cause_of(const Page& page) {
  const std::string operation = "GET " + page.url + ": ";
  if (!page.error.starts_with(operation)) return page.error;
  return page.error.substr(operation.size());
}

void check_row(const Stage& stage, const Report& report,
               const std::string& url, long status, long tries,
               const std::string& error) {
  const Page* page = report.find(url);
  std::string found = page == nullptr ? "no row for " + url
                      : text_of(page->url, page->status, page->tries,
                                cause_of(*page));
  CHECK_EQ(stage.name + " | " + found,
           stage.name + " | " + text_of(url, status, tries, error));
}

}  // namespace

// The three that have no end of their own are crawled below.
TEST("each misbehaviour has its row, the same in every stage") {
  const std::string folder = shared_site().url() + "bad/";
  const std::vector<Row> rows = expected_rows();
  Report first;
  for (const Stage& stage : stages::built()) {
    Report report =
        faulty_crawl(stage, {"--exclude=/(silence|slow-drip|unending-body)$",
                      "--max-redirects=3", folder});
    for (const Row& row : rows) {
      check_row(stage, report, folder + row.name, row.status, row.tries,
                row.error);
    }
    CHECK_EQ(report.pages.size(), rows.size());
    if (first.pages.empty()) first = report;
    stages::check_report(stage, report, first);
  }
}

TEST("no misbehaviour is left out of these tests") {
  std::size_t known = 3;
  for (const Row& row : expected_rows()) {
    for (const site::Fault& fault : site::faults()) {
      if (std::string(row.name) == fault.name) ++known;
    }
  }
  CHECK_EQ(known, site::faults().size());
}

TEST("a binary body is counted, and searched for links if it says HTML") {
  const std::string folder = shared_site().url() + "bad/";
  for (const Stage& stage : stages::built()) {
    Report report = faulty_crawl(stage, {"--max-pages=3", folder + "binary",
                                  folder + "binary-html", folder + "reset"});
    CHECK_EQ(report.find(folder + "binary")->links, 0);
    CHECK(report.find(folder + "binary")->bytes > 4096);
    CHECK_EQ(report.find(folder + "binary-html")->links, 1);
  }
}

// Both always exceed the time, however fast the machine is.
TEST("silence and a slow drip end with the timeout") {
  const std::string folder = shared_site().url() + "bad/";
  const std::string late = "no complete answer within 300 ms";
  for (const Stage& stage : stages::built()) {
    Report report = faulty_crawl(stage, {"--timeout=300ms", folder + "silence",
                                  folder + "slow-drip"});
    check_row(stage, report, folder + "silence", 0, kTries, late);
    check_row(stage, report, folder + "slow-drip", 0, kTries, late);
    CHECK_EQ(report.pages.size(), 2u);
  }
}

TEST("a body without an end is cut off by its length") {
  const std::string url = shared_site().url() + "bad/unending-body";
  for (const Stage& stage : stages::built()) {
    Report report = faulty_crawl(stage, {"--timeout=3000", url});
    check_row(stage, report, url, 0, 1,
              "the body is longer than 67108864 bytes");
  }
}

// A port that is bound, so that nobody else takes it, and does not listen.
TEST("a URL that cannot be crawled costs a row, and not the crawl") {
  Socket closed = Socket::create(AF_INET);
  asyncio::Address any = asyncio::Address::loopback(0);
  CHECK_EQ(::bind(closed.fd(), any.data(), any.size()), 0);
  const std::string refused = closed.local_address().str();
  const std::string nowhere = std::string(70, 'x') + ".invalid";
  const std::string good = shared_site().url() + "latest";
  for (const Stage& stage : stages::built()) {
    Report report =
        faulty_crawl(stage, {"http://" + refused + "/", "https://127.0.0.1/",
                      "http:///nothing", "no URL", "http://" + nowhere + "/",
                      "--max-pages=7", good});
    check_row(stage, report, "http://" + refused + "/", 0, kTries,
              "connect " + refused + ": Connection refused");
    check_row(stage, report, "https://127.0.0.1/", 0, 0,
              "no TLS in this course");
    CHECK(report.find("http:///nothing")->error.starts_with("parse URL "));
    CHECK(report.find("no URL")->error.starts_with("parse URL "));
    CHECK(report.find("http://" + nowhere + "/")
              ->error.starts_with("resolve " + nowhere + ": "));
    CHECK_EQ(report.find(good)->status, 302);
    CHECK_EQ(report.pages.size(), 7u);
  }
}

// "localhost" is often two addresses, and the site listens at one of them.
TEST("a host's second address is tried where the first one refuses") {
  const std::string url =
      "http://localhost:" + std::to_string(shared_site().port()) + "/";
  for (const Stage& stage : stages::built()) {
    Outcome outcome = stages::crawl(stage, {url});
    stages::check_status(stage, outcome, 0);
    CHECK_EQ(stages::read_report(outcome.out).total_pages, 10);
  }
}
