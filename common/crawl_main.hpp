// crawl_main is the main function of every stage's `crawl`: it reads the
// options, starts the embedded site when there is no URL, listens for Ctrl-C,
// lets the stage crawl, and prints the report. So a stage's crawl.cpp holds
// only how that stage waits.

#pragma once

#include "common/crawl.hpp"

namespace crawler {

struct Stage {
  const char* name;  // "05-callbacks"
  const char* note;  // for --help: what this stage cannot do yet, or ""
};

// Runs crawl_all on the one Crawl of this process; call it from main() while
// there is one thread. crawl_all returns when crawl.done(), and may return
// early after an interrupt. Returns the exit status: 0, 1 when a page failed,
// 2 for bad arguments, 130 after Ctrl-C.
int crawl_main(int argc, char** argv, const Stage& stage,
               void (*crawl_all)(Crawl&));

}  // namespace crawler
