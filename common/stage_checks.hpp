// What the tests that run the stages' crawls from outside have in common. A
// check that fails there names the stage, since one test runs all of them.

#pragma once

#include <string>
#include <vector>

#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

namespace stages {

// All stages that are built; skips the test where there is none.
inline const std::vector<Stage>& built() {
  static const std::vector<Stage> found = find(build_folder());
  if (found.empty()) test::skip("no chapter's crawl is built");
  return found;
}

// The program ended by itself, with that exit status.
inline void check_status(const Stage& stage, const program::Outcome& outcome,
                         int status) {
  const std::string found =
      outcome.hung ? "hung" : std::to_string(outcome.status);
  CHECK_EQ(stage.name + ": " + found + " " + outcome.err,
           stage.name + ": " + std::to_string(status) + " ");
}

inline void check_report(const Stage& stage, const Report& report,
                         const Report& expected) {
  CHECK_EQ(stage.name + "\n" + report.str(),
           stage.name + "\n" + expected.str());
}

}  // namespace stages
