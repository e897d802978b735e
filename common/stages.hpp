// The stages are the crawl programs of the chapters that are built. These
// functions find them, run them from outside, and read the report that they
// print with --json, so that tests and the tour can compare them.
//
// Values, and no state: any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/program.hpp"

namespace stages {

struct Stage {
  std::string name;     // "05-callbacks"
  std::string program;  // the path of its crawl
};

// All stages below a build folder, in order. Where the environment variable
// CRAWL_PROGRAMS is set, the programs that it lists (separated by spaces)
// stand in their place.
std::vector<Stage> find(const std::string& build_folder);

// The build folder that CTest names, $ASYNCIO_BUILD_DIR; else "build".
std::string build_folder();

// One page of a report.
struct Page {
  std::string url;
  long status = 0;
  std::string content_type;
  long bytes = 0;
  long links = 0;
  std::string redirect;
  long tries = 0;
  std::string error;
  double seconds = 0;

  // What has to be the same in every stage: all but tries and seconds.
  std::string str() const;
};

struct Report {
  std::vector<Page> pages;  // sorted by URL
  long total_pages = 0;
  long failed = 0;
  long bytes = 0;
  long links = 0;
  long threads = 0;
  long most_sockets = 0;
  double seconds = 0;

  const Page* find(std::string_view url) const;  // nullptr: no such page

  // A line a page, then the totals that are the same in every stage.
  std::string str() const;
};

// Reads what `crawl --json` prints. Throws std::runtime_error with the place
// where it stops being that.
Report read_report(std::string_view json);

// Runs a stage's crawl with --json and these arguments.
program::Outcome crawl(const Stage& stage,
                       const std::vector<std::string>& arguments);

}  // namespace stages
