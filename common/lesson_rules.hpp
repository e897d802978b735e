// lesson_rules.hpp is the lesson check: what a lesson or a deck must fulfil so
// that its text cannot drift from the code. lesson_check.cpp is the program.
//
// By the info string after a fence:
//
//   cpp 05-callbacks/event_loop.cpp   stands in that file, which is below
//                                     chapters/ or the root; any language; a
//                                     line "// ..." or "# ..." skips
//   cpp sketch                        stands nowhere; py, too
//   output 05-callbacks/tick ARGS     is what that program prints, on a clock
//                                     that jumps; a line "..." skips
//   output~ 05-callbacks/crawl ARGS   the same on the real clock, where figures
//                                     and runs of spaces may differ
//   measured 08-coroutines/benchmark  figures of a program that is built
//   console                           its lines "$ COMMAND" name programs,
//                                     presets, targets and files that exist
//   text, or nothing                  is not checked
//
// lesson_program.hpp says what else may stand after `output`.
//
// Links and pictures must exist. A lesson (chapters/NN-name/README.md) has the
// headings of the course's skeleton, in order, 1,500 to 4,000 words outside of
// blocks, a picture, and says above its first `##` how many minutes it takes.
//
// For one thread at a time: the check runs programs. It reports every fault
// that it finds; only a page that cannot be read is an exception.

#pragma once

#include <string>
#include <vector>

#include "common/lesson.hpp"
#include "common/lesson_program.hpp"

namespace lesson {

// Printed as "FILE:LINE: WHAT".
struct Fault {
  std::string file;
  int line = 0;
  std::string what;
};

std::vector<Fault> check_page(const Page& page, const Tree& tree);

}  // namespace lesson
