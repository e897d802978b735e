// The crawls of all stages, run from outside over the embedded site: they must
// report the same.

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "common/links.hpp"
#include "common/program.hpp"
#include "common/site.hpp"
#include "common/site_pages.hpp"
#include "common/stage_checks.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"
#include "common/url.hpp"

using asyncio::Socket;
using program::Outcome;
using program::Program;
using stages::Page;
using stages::Report;
using stages::Stage;
using stages::check_report;
using stages::check_status;
using namespace std::chrono_literals;

namespace {

Outcome run(const Stage& stage, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), stage.program);
  return program::run(arguments);
}

long count_lines(const std::string& text) {
  return static_cast<long>(std::count(text.begin(), text.end(), '\n'));
}

constexpr int kPages = 60;

site::Site& shared_site() {
  static site::Site the_site({.pages = kPages, .delay = 2ms, .port = 0});
  return the_site;
}

Page expected_page(const site::Options& options, const web::Url& url) {
  site::Answer answer =
      site::answer_to(options, url.target(), url.authority());
  Page page;
  page.url = url.str();
  page.status = answer.status;
  page.content_type = answer.content_type.substr(
      0, answer.content_type.find(';'));
  page.bytes = static_cast<long>(answer.body.size());
  if (answer.status == 302) {
    page.redirect = web::resolve(url, answer.location).str();
  } else if (page.content_type == "text/html") {
    page.links = static_cast<long>(web::extract_links(answer.body, url).size());
  }
  return page;
}

// What every crawl must find: known without any crawl.
Report expected_report() {
  site::Options options;
  options.pages = kPages;
  web::Url root = web::parse_url(shared_site().url());
  Report report;
  for (int number = 0; number < kPages; ++number) {
    Page page = expected_page(
        options, web::resolve(root, site::page_path(options, number)));
    report.bytes += page.bytes;
    report.links += page.links;
    report.pages.push_back(page);
  }
  std::sort(report.pages.begin(), report.pages.end(),
            [](const Page& a, const Page& b) { return a.url < b.url; });
  report.total_pages = kPages;
  return report;
}

}  // namespace

TEST("every stage finds the same pages, which are the right ones") {
  const Report expected = expected_report();
  for (const Stage& stage : stages::built()) {
    Outcome outcome = run(stage, {"--json", shared_site().url()});
    check_status(stage, outcome, 0);
    Report report = stages::read_report(outcome.out);
    check_report(stage, report, expected);
    for (const Page& page : report.pages) CHECK_EQ(page.tries, 1);
  }
}

TEST("the concurrency changes nothing but the sockets") {
  const Report expected = expected_report();
  for (const Stage& stage : stages::built()) {
    for (long sockets : {1, 3, 100}) {
      Outcome outcome = run(stage, {"--json", "--concurrency",
                                    std::to_string(sockets),
                                    shared_site().url()});
      check_status(stage, outcome, 0);
      Report report = stages::read_report(outcome.out);
      check_report(stage, report, expected);
      CHECK(report.most_sockets <= sockets);
    }
  }
}

TEST("a limit on the pages, and an exclusion, mean the same everywhere") {
  Report first;
  for (const Stage& stage : stages::built()) {
    Outcome outcome =
        run(stage, {"--json", "--max-pages=20", "--exclude=part-[26]",
                    shared_site().url()});
    check_status(stage, outcome, 0);
    Report report = stages::read_report(outcome.out);
    CHECK_EQ(report.total_pages, 20);
    for (const Page& page : report.pages) {
      CHECK(page.url.find("part-2") == std::string::npos);
    }
    if (first.pages.empty()) first = report;
    check_report(stage, report, first);
  }
}

TEST("without a URL a crawl has a site of its own") {
  for (const Stage& stage : stages::built()) {
    Outcome outcome = run(stage, {"--json"});
    check_status(stage, outcome, 0);
    CHECK_EQ(stages::read_report(outcome.out).total_pages, 60);
  }
}

TEST("the report for people has a row a page, and none when quiet") {
  std::string url = shared_site().url();
  for (const Stage& stage : stages::built()) {
    Outcome full = run(stage, {url});
    check_status(stage, full, 0);  // and no progress line: this is no terminal
    Outcome quiet = run(stage, {"--quiet", url});
    check_status(stage, quiet, 0);
    CHECK(count_lines(full.out) > kPages);
    CHECK(count_lines(quiet.out) >= 1 && count_lines(quiet.out) < 5);
    CHECK(quiet.out.find("60 pages") != std::string::npos);
  }
}

TEST("every stage draws its timeline") {
  std::string file = stages::build_folder() + "/crawl_everywhere_test." +
                     std::to_string(shared_site().pid()) + ".svg";
  for (const Stage& stage : stages::built()) {
    Outcome outcome = run(stage, {"--quiet", "--timeline", "--svg", file,
                                  shared_site().url()});
    check_status(stage, outcome, 0);
    CHECK(count_lines(outcome.out) >= 5);  // totals, bars, axis and legend
    std::FILE* svg = std::fopen(file.c_str(), "r");
    CHECK(svg != nullptr);
    char start[5] = "";
    std::size_t n = std::fread(start, 1, 4, svg);
    std::fclose(svg);
    std::remove(file.c_str());
    CHECK_EQ(n, 4u);
    CHECK_EQ(std::string(start), "<svg");
  }
}

TEST("--help explains, and says what a stage cannot do") {
  for (const Stage& stage : stages::built()) {
    Outcome outcome = run(stage, {"--help"});
    check_status(stage, outcome, 0);
    CHECK(outcome.out.find("usage: crawl") != std::string::npos);
    CHECK(outcome.out.find("--concurrency") != std::string::npos);
  }
}

TEST("bad arguments give a reason, a usage line and status 2") {
  const std::vector<std::vector<std::string>> bad = {
      {"--nonsense"},           {"--concurrency", "x"}, {"--concurrency=0"},
      {"--max-pages"},          {"--timeout", "-1"},    {"--max-tries=1.5"},
      {"--exclude", "(open"},   {"--json=yes"},         {"-x"},
      {"--max-redirects", "-1"}};
  for (const Stage& stage : stages::built()) {
    for (const std::vector<std::string>& arguments : bad) {
      Outcome outcome = run(stage, arguments);
      CHECK_EQ(outcome.status, 2);
      CHECK(outcome.err.starts_with("crawl: "));
      CHECK(outcome.err.find("\nusage: crawl ") != std::string::npos);
      CHECK_EQ(outcome.out, "");
    }
  }
}

namespace {

// Reads a request and answers with a page that links to three others.
void answer_with_links(Socket peer) {
  char buffer[4096];
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    std::size_t n = peer.recv(buffer, sizeof buffer);
    CHECK(n > 0);
    request.append(buffer, n);
  }
  peer.send_all(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
      "Connection: close\r\nContent-Length: 51\r\n\r\n"
      "<a href=a>a</a> <a href=b>b</a> <a href='c'>c</a>\r\n");
}

}  // namespace

TEST("Ctrl-C ends a crawl that waits, and the report is still printed") {
  for (const Stage& stage : stages::built()) {
    Socket listener = Socket::listen_on(asyncio::Address::loopback(0));
    std::string root =
        "http://" + listener.local_address().str() + "/";
    Program crawl({stage.program, "--json", "--timeout", "3000", root});
    answer_with_links(listener.accept());
    Socket silent = listener.accept();  // the crawl waits for this one now
    crawl.send_signal(SIGINT);
    Outcome outcome = crawl.wait(60s);
    check_status(stage, outcome, 130);
    Report report = stages::read_report(outcome.out);
    CHECK(report.pages.size() >= 2u);
    CHECK_EQ(report.failed + 1, static_cast<long>(report.pages.size()));
    for (const Page& page : report.pages) {
      CHECK_EQ(page.error, page.url == root
                               ? "" : "GET " + page.url + ": interrupted");
    }
  }
}
