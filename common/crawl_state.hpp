// What a Crawl keeps of hosts, pages and answers: the part of crawl.hpp that
// nobody sees but the files that implement it, crawl.cpp (tries),
// crawl_pages.cpp (which pages there are), crawl_rows.cpp (the report) and
// crawl_fetch.cpp. Plain structs, owned by the Crawl (the Response by its
// Fetch) and guarded by whatever guards it.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/address.hpp"
#include "common/crawl.hpp"
#include "common/http.hpp"
#include "common/url.hpp"

namespace crawler {

struct Host {
  std::string name;
  std::uint16_t port = 0;
  std::vector<asyncio::Address> addresses;  // empty: not resolved
  std::string error;                        // why it could not be resolved
  std::size_t preferred = 0;                // the address that worked last
};

struct Visit {
  Page page;
  web::Url url;
  std::string label;  // in the timeline
  Host* host = nullptr;

  // The address of the next try: `failed_addresses` behind `first_address`.
  std::size_t first_address = 0;
  std::size_t failed_addresses = 0;

  // The fewest redirects in a row that lead here.
  int redirects = 0;

  bool settled = false;  // answered, or given up
  bool taken = false;    // the two below were followed
  std::vector<web::Url> links;
  std::optional<web::Url> redirect;

  Visit* next = nullptr;  // the page that `redirect` led to
  bool too_many = false;  // `redirect` was one too many
  bool in_loop = false;

  std::size_t address_index() const {
    return (first_address + failed_addresses) % host->addresses.size();
  }
};

struct Response {
  web::ResponseParser parser;
  std::string content_type;  // once complete
  std::vector<web::Url> links;
};

// "GET http://127.0.0.1/: CAUSE"
std::string get_error(const std::string& url, std::string_view cause);

inline double to_seconds(Time::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace crawler
