// expect.hpp is how an exercise's test speaks: what it looked at, what should
// have come, what came, and where to look. An exercise's test is a test like
// the course's own (common/test.hpp), and a failed expectation ends it.
//
//   expect_equal("the bytes of the second call", second, "cd",
//                "what becomes of the bytes behind the newline?");
//
// Await into a local first, then expect: compilers differ in what they make of
// a co_await inside a call. Use on any thread; not in a destructor, since it
// throws test::Failure.

#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include "common/test.hpp"

namespace exercise {

// Fails with `message`, then "look: " and where to look.
[[noreturn]] inline void fail(
    std::string_view message, std::string_view look,
    std::source_location at = std::source_location::current()) {
  ::test::fail(at.file_name(), static_cast<int>(at.line()),
               std::string(message) + "\n  look: " + std::string(look));
}

// `claim` is what should hold, in words: it is printed when it does not.
inline void expect(bool holds, std::string_view claim, std::string_view look,
                   std::source_location at = std::source_location::current()) {
  if (!holds) fail("expected that " + std::string(claim), look, at);
}

// `subject` is what was looked at: "the number of pages fetched".
template <class Came, class Expected>
void expect_equal(
    std::string_view subject, const Came& came, const Expected& expected,
    std::string_view look,
    std::source_location at = std::source_location::current()) {
  if (::test::equal(came, expected)) return;
  fail(std::string(subject) + ": expected " + ::test::show(expected) +
           ", came " + ::test::show(came),
       look, at);
}

}  // namespace exercise
