#include <string>

#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

// random_order against CPython 3.13.0, beyond what its twin shows: Python 3.12
// has other conditions and semaphores. What is expected here is what
//
//   python3.13 common/run_twin.py
//       chapters/13-synchronization/random_order.py KINDS
//
// printed.

namespace {

std::string last_line(const std::string& kinds) {
  const program::Outcome outcome =
      program::Program({stages::build_folder() +
                            "/chapters/13-synchronization/random_order",
                        kinds})
          .wait();
  CHECK(!outcome.hung);
  CHECK_EQ(outcome.status, 0);
  const std::size_t end = outcome.out.rfind('\n');
  return outcome.out.substr(outcome.out.rfind('\n', end - 1) + 1);
}

TEST("1000 random programs with conditions run as in CPython 3.13") {
  CHECK_EQ(last_line("8"),
           "1000 programs: 119953 steps, 5976 cancelled, 2405602984\n");
}

TEST("and with semaphores") {
  CHECK_EQ(last_line("9"),
           "1000 programs: 123881 steps, 5915 cancelled, 1489094375\n");
}

TEST("and with barriers") {
  CHECK_EQ(last_line("10"),
           "1000 programs: 119172 steps, 6953 cancelled, 1138323458\n");
}

}  // namespace
