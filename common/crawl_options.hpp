// Options is what a crawl was asked to do: the values of the command line that
// every stage's `crawl` understands. A plain value; any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/arguments.hpp"

namespace crawler {

// Pattern is a POSIX extended regular expression. Copies share the compiled
// form, which never changes. The constructor throws std::invalid_argument
// "bad pattern 'x': cause"; a default Pattern matches nothing.
class Pattern {
 public:
  Pattern() = default;
  explicit Pattern(const std::string& expression);
  bool matches(const std::string& text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

struct Options {
  std::vector<std::string> urls;  // none: the embedded site
  int concurrency = 10;           // tries under way at once
  std::size_t max_pages = 0;      // 0: all
  int max_redirects = 10;         // in a row, before a page
  int max_tries = 4;              // of one page
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);  // of one try
  Pattern exclude;                // links that match are not followed
  bool json = false;
  bool timeline = false;
  std::string svg;                // a file to write, or empty
  bool quiet = false;
  bool help = false;
};

// Throws cli::UsageError.
Options parse_options(int argc, const char* const* argv);

std::string usage_line();
// `note` says what a stage cannot do yet; it may be empty.
std::string help_text(const char* stage_name, const char* note);

}  // namespace crawler
