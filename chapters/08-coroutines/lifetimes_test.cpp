// Runs the program `lifetimes`: its right forms everywhere, its mistakes where
// AddressSanitizer is there to stop them. An intended mistake is a test too: it
// proves that the tool which this chapter recommends does find it.

#include <string>

#include "common/program.hpp"
#include "common/stages.hpp"
#include "common/test.hpp"

namespace {

constexpr bool kAddressSanitizer =
#if defined(__SANITIZE_ADDRESS__)
    true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

std::string lifetimes() {
  return stages::build_folder() + "/chapters/08-coroutines/lifetimes";
}

TEST("parameters by value, and references awaited at once, are safe") {
  const program::Outcome outcome = program::run({lifetimes()});
  CHECK_EQ(outcome.err, "");
  CHECK_EQ(outcome.status, 0);
}

void check_stopped(const char* mistake) {
  if (!kAddressSanitizer) test::skip("needs AddressSanitizer: preset asan");
  const program::Outcome outcome = program::run({lifetimes(), mistake});
  CHECK(outcome.status != 0);
  CHECK(outcome.err.find("AddressSanitizer") != std::string::npos);
}

TEST("AddressSanitizer stops a dangling reference parameter") {
  check_stopped("reference");
}
TEST("AddressSanitizer stops a dangling string_view parameter") {
  check_stopped("view");
}
TEST("AddressSanitizer stops a lambda coroutine whose closure is gone") {
  check_stopped("lambda");
}
TEST("AddressSanitizer stops a coroutine with a view of a dead local") {
  check_stopped("local");
}

}  // namespace
