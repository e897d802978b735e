// Arguments is a walk over a command line, one option or operand at a time:
//
//   cli::Arguments arguments(argc, argv);
//   while (arguments.next()) {
//     if (arguments.is("--pages")) pages = arguments.number(1, 1000);
//     else if (arguments.is("--json")) json = arguments.flag();
//     else if (arguments.is_operand()) urls.push_back(arguments.text());
//     else arguments.unknown();
//   }
//
// Options and operands may stand in any order, a value follows its option as
// "--pages 5" or "--pages=5", and everything after "--" is an operand (POSIX
// Utility Syntax Guideline 10). "-" alone is an operand.
//
// It borrows argv, which must outlive it. One thread. A mistake is a
// UsageError that names the option and the cause ("--pages: not a number:
// 'x'"); the program prints it with its usage line and exits with status 2.

#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cli {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Arguments {
 public:
  Arguments(int argc, const char* const* argv) : argc_(argc), argv_(argv) {}

  // Steps to the next argument; false at the end.
  bool next();

  // What the current argument is.
  bool is(std::string_view option) const;
  bool is_operand() const { return operand_; }

  // The option takes no value. Returns true, so that it can be assigned.
  bool flag();

  // The option's value (taken from the next argument where there is no "="),
  // or the operand itself.
  std::string text();
  long number(long least, long most);
  std::chrono::nanoseconds duration();

  // Neither an option of this program nor an operand: throws UsageError.
  [[noreturn]] void unknown() const;
  // For a value that is well-formed and still wrong: throws UsageError
  // "OPTION: CAUSE".
  [[noreturn]] void reject(std::string_view cause) const;

 private:
  const int argc_;
  const char* const* const argv_;
  int index_ = 0;
  bool only_operands_ = false;  // "--" was seen
  bool operand_ = false;
  bool has_value_ = false;  // the value stands behind "=" or is the operand
  std::string_view name_;
  std::string_view value_;
};

// "0.5", "2s", "500ms", "250us", "1m": never negative. Throws
// std::invalid_argument "not a duration: 'x'".
std::chrono::nanoseconds parse_duration(std::string_view text);

// "30 s", "500 ms": the shortest form that loses nothing above a microsecond.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace cli
