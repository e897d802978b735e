// A Crawl in a world made by hand, for crawl_test.cpp and fetch_test.cpp: no
// socket and no server, answers are fed by the test, on a clock that it sets.
// One thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/crawl.hpp"
#include "common/error.hpp"
#include "common/http.hpp"
#include "common/test.hpp"

namespace crawler {

using asyncio::Address;
using std::chrono::milliseconds;
using Strings = std::vector<std::string>;

inline Time now;
inline bool ctrl_c = false;
inline int resolved = 0;
inline std::size_t addresses_of_a_host = 1;

inline std::vector<Address> resolve(const std::string& host,
                                    std::uint16_t port) {
  ++resolved;
  if (host == "nowhere") throw std::runtime_error("resolve nowhere: no host");
  std::vector<Address> result;
  for (std::size_t i = 0; i < addresses_of_a_host; ++i) {
    result.push_back(Address::loopback(static_cast<std::uint16_t>(port + i)));
  }
  return result;
}

// A world of known state, for each test anew.
inline Environment world(std::size_t addresses = 1) {
  now = Time{} + std::chrono::hours(1);
  ctrl_c = false;
  resolved = 0;
  addresses_of_a_host = addresses;
  return {[] { return now; }, resolve, []() noexcept { return ctrl_c; }};
}

inline Options from(Strings urls, int concurrency = 10) {
  Options options;
  options.urls = std::move(urls);
  options.concurrency = concurrency;
  return options;
}

inline std::string html(const Strings& links) {
  std::string body;
  for (const auto& link : links) body += "<a href='" + link + "'>x</a>";
  return web::response_text(200, "text/html; charset=utf-8", body);
}

inline std::string redirect(const std::string& target, int status = 302) {
  return web::response_text(status, "text/plain", "",
                            {{"Location", target}});
}

inline void answer(Crawl& crawl, Fetch* fetch, const std::string& text) {
  CHECK(fetch != nullptr);
  fetch->connected();
  CHECK(fetch->feed(text));
  crawl.finish(*fetch);
}

inline std::exception_ptr error(int code) {
  return std::make_exception_ptr(asyncio::os_error(code, "recv", "h:80"));
}

// One page's answer, by its URL.
using Answers = std::vector<std::pair<std::string, std::string>>;

inline std::string answer_of(const Answers& answers, const std::string& url) {
  for (const auto& [known, text] : answers) {
    if (known == url) return text;
  }
  return web::response_text(404, "text/plain", "");
}

// Crawls a site whose answers come in an order that `seed` mixes.
inline void run(Crawl& crawl, const Answers& answers, unsigned seed = 0) {
  std::vector<Fetch*> under_way;
  while (!crawl.done()) {
    while (Fetch* fetch = crawl.start()) under_way.push_back(fetch);
    if (under_way.empty()) continue;
    seed = seed * 1664525 + 1013904223;
    const auto chosen = under_way.begin() +
                        static_cast<long>((seed >> 16) % under_way.size());
    Fetch* fetch = *chosen;
    under_way.erase(chosen);
    answer(crawl, fetch, answer_of(answers, fetch->url()));
  }
}

// "http://h/a 200", or the error in place of the status.
inline Strings rows(const Crawl& crawl) {
  Strings result;
  for (const Page& page : crawl.pages()) {
    result.push_back(page.error.empty()
                         ? page.url + " " + std::to_string(page.status)
                         : page.error);
  }
  return result;
}

inline Page row(const Crawl& crawl, const std::string& url) {
  for (const Page& page : crawl.pages()) {
    if (page.url == url) return page;
  }
  test::fail(__FILE__, __LINE__, "no row for " + url);
}

}  // namespace crawler
