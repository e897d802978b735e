// The report of a crawl: a table for people, JSON for programs, and the line
// that shows progress on a terminal. The functions read a Crawl that nobody
// else is using; they throw nothing but std::bad_alloc.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/crawl.hpp"

namespace crawler {

// A row a page, sorted by URL, at most 80 columns wide; then the failures,
// each with operation, subject and cause, in full.
std::string table(const Crawl& crawl);

// "60 pages, 1 failed, 81,920 bytes, 310 links in 0.35 s", with the threads
// and sockets that it took.
std::string totals_line(const Crawl& crawl);

// {"pages": [...], "totals": {...}}: one page a line, what is unknown is null.
std::string json(const Crawl& crawl);

// `text` as a JSON string with its quotes; bytes that are not UTF-8 become
// U+FFFD.
std::string json_string(std::string_view text);

// Progress draws one line on standard error and redraws it as the crawl goes
// on, at most ten times a second; it draws nothing when standard error is not
// a terminal. The destructor wipes the line. It belongs to crawl_main, and is
// called by whoever changes the crawl.
class Progress : public Observer {
 public:
  explicit Progress(bool wanted);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void changed(const Crawl& crawl) override;

 private:
  const bool active_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

// The line itself, without control characters, within `width` columns.
std::string progress_text(const Crawl& crawl, int width);

}  // namespace crawler
