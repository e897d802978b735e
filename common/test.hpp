// test.hpp is the test harness. A test is a named claim; an executable is one
// or more *_test.cpp files and test.cpp, which has main():
//
//   TEST("a closed queue gives its items before it ends") {
//     CHECK_EQ(queue.size(), 2);
//   }
//
//   queue_test            runs every test
//   queue_test "closed"   runs those whose name contains "closed"
//   queue_test --list     prints the names
//
// A check that fails prints its file, line and values, and ends its test by
// throwing a test::Failure. It also counts when that exception is caught on
// its way, as a task's is. The exit status is 0, 1 if a test failed or none
// was chosen, 77 if all of them were skipped (CTest's SKIP_RETURN_CODE).
//
// Checks may be made on any thread, but one that fails ends a thread that does
// not catch, and with it the program. Await into a local, then check it: g++ 12
// may evaluate a co_await inside a macro's expression twice.

#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "common/test_show.hpp"

#define TEST(claim) TEST_AT(claim, __LINE__)
#define TEST_AT(claim, line) TEST_ON(claim, line)
#define TEST_ON(claim, line)                             \
  static void test_body_##line();                        \
  [[maybe_unused]] static const bool test_added_##line = \
      ::test::add(claim, test_body_##line);              \
  static void test_body_##line()

// Each evaluates its operands once.
#define CHECK(...)                                                        \
  (static_cast<bool>(__VA_ARGS__)                                         \
       ? void()                                                           \
       : ::test::fail(__FILE__, __LINE__, "CHECK(" #__VA_ARGS__ ") failed"))

// a == b, where integers compare by value and C strings by their characters.
#define CHECK_EQ(a, ...)                                          \
  ::test::check_equal(__FILE__, __LINE__, #a, #__VA_ARGS__, (a), \
                      (__VA_ARGS__))

// The expression throws an exception of the type, or of one derived from it.
#define CHECK_THROWS(Type, ...)                                             \
  do {                                                                      \
    try {                                                                   \
      (void)(__VA_ARGS__);                                                  \
      ::test::fail_nothing_thrown(__FILE__, __LINE__, #__VA_ARGS__, #Type); \
    } catch (const Type&) {                                                 \
    } catch (const ::test::Failure&) {                                      \
      throw;                                                                \
    } catch (...) {                                                         \
      ::test::fail_other_thrown(__FILE__, __LINE__, #__VA_ARGS__, #Type);   \
    }                                                                       \
  } while (false)

// The expression throws a std::exception whose what() contains the text.
#define CHECK_WHAT(expression, text)                                      \
  do {                                                                    \
    try {                                                                 \
      (void)(expression);                                                 \
      ::test::fail_nothing_thrown(__FILE__, __LINE__, #expression,        \
                                  "std::exception");                      \
    } catch (const std::exception& test_error) {                          \
      ::test::check_contains(__FILE__, __LINE__, #expression,             \
                             test_error.what(), text);                    \
    } catch (const ::test::Failure&) {                                    \
      throw;                                                              \
    } catch (...) {                                                       \
      ::test::fail_other_thrown(__FILE__, __LINE__, #expression,          \
                                "std::exception");                        \
    }                                                                     \
  } while (false)

namespace test {

// What a failed check throws, once it has been printed and counted. Not a
// std::exception, so that code under test does not take it for an error.
class Failure {};

// Ends the test without a verdict; `why` is printed.
[[noreturn]] void skip(std::string_view why);

// How many descriptors this process has open, to show that none was lost.
int open_descriptors();

// What TEST and main() call. A program with its own main() may do so too.
bool add(const char* claim, void (*body)());
int run(int argc, char** argv);

// What the macros call.
[[noreturn]] void fail(const char* file, int line, std::string_view message);
[[noreturn]] void fail_nothing_thrown(const char* file, int line,
                                      const char* expression, const char* type);
[[noreturn]] void fail_other_thrown(const char* file, int line,
                                    const char* expression, const char* type);
[[noreturn]] void fail_unequal(const char* file, int line, const char* a,
                               const char* b, const std::string& a_value,
                               const std::string& b_value);
void check_contains(const char* file, int line, const char* expression,
                    std::string_view whole, std::string_view part);

template <class A, class B>
void check_equal(const char* file, int line, const char* a, const char* b,
                 const A& a_value, const B& b_value) {
  if (test::equal(a_value, b_value)) return;
  fail_unequal(file, line, a, b, test::show(a_value), test::show(b_value));
}

}  // namespace test
