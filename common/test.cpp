#include "common/test.hpp"

#include <fcntl.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <vector>

#include "common/error.hpp"

namespace test {
namespace {

struct Test {
  std::string_view claim;
  void (*body)();
};

// A function's static: TEST adds to it before main(), from files whose order
// of initialisation nobody knows.
std::vector<Test>& tests() {
  static std::vector<Test> list;
  return list;
}

std::atomic<int> failures{0};

class Skipped {
 public:
  explicit Skipped(std::string_view why) : why_(why) {}
  const std::string& why() const { return why_; }

 private:
  std::string why_;
};

// Whole lines, flushed: a child process or a crash must not repeat or lose
// what stands in the buffer.
void print(std::string line) {
  line += '\n';
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void report(std::string_view message) {
  failures.fetch_add(1);
  print("  " + std::string(message));
}

enum class Verdict { kPassed, kFailed, kSkipped };

Verdict run_one(const Test& test) {
  print("- " + std::string(test.claim));
  const int before = failures.load();
  try {
    test.body();
  } catch (const Failure&) {  // printed and counted where it was thrown
  } catch (const Skipped& skipped) {
    print("  skipped: " + skipped.why());
    if (failures.load() == before) return Verdict::kSkipped;
  } catch (...) {
    report("threw " + asyncio::describe(std::current_exception()));
  }
  return failures.load() == before ? Verdict::kPassed : Verdict::kFailed;
}

bool chosen(const Test& test, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (test.claim.find(argv[i]) != std::string_view::npos) return true;
  }
  return argc <= 1;
}

int list_all() {
  for (const Test& test : tests()) print(std::string(test.claim));
  return 0;
}

std::string at(const char* file, int line, std::string_view message) {
  return std::string(file) + ":" + std::to_string(line) + ": " +
         std::string(message);
}

void append_escaped(std::string& text, char c) {
  static constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    text += '\\';
    text += c;
  } else if (c == '\n' || c == '\r' || c == '\t') {
    text += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
  } else if (byte < 0x20 || byte == 0x7f) {
    text += "\\x";
    text += digits[byte >> 4];
    text += digits[byte & 15];
  } else {
    text += c;
  }
}

}  // namespace

bool add(const char* claim, void (*body)()) {
  tests().push_back({claim, body});
  return true;
}

int run(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) return list_all();
  int counts[3] = {0, 0, 0};
  for (const Test& test : tests()) {
    if (chosen(test, argc, argv)) ++counts[static_cast<int>(run_one(test))];
  }
  const auto [passed, failed, skipped] = counts;
  std::string total = std::to_string(passed) + " passed, " +
                      std::to_string(failed) + " failed";
  if (skipped > 0) total += ", " + std::to_string(skipped) + " skipped";
  print(total);
  if (failed > 0) return 1;
  if (passed > 0) return 0;
  if (skipped > 0) return 77;
  std::fputs("no test has such a name; --list prints them\n", stderr);
  return 1;
}

void skip(std::string_view why) { throw Skipped(why); }

int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 4096; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) ++count;
  }
  return count;
}

void fail(const char* file, int line, std::string_view message) {
  report(at(file, line, message));
  throw Failure();
}

void fail_nothing_thrown(const char* file, int line, const char* expression,
                         const char* type) {
  fail(file, line,
       std::string(expression) + " threw nothing, expected " + type);
}

void fail_other_thrown(const char* file, int line, const char* expression,
                       const char* type) {
  fail(file, line, std::string(expression) + " threw another type, expected " +
                       type + ": " +
                       asyncio::describe(std::current_exception()));
}

void fail_unequal(const char* file, int line, const char* a, const char* b,
                  const std::string& a_value, const std::string& b_value) {
  fail(file, line, "CHECK_EQ(" + std::string(a) + ", " + b + ") failed" +
                       "\n    left:  " + a_value + "\n    right: " + b_value);
}

void check_contains(const char* file, int line, const char* expression,
                    std::string_view whole, std::string_view part) {
  if (whole.find(part) != std::string_view::npos) return;
  fail(file, line, std::string(expression) + " threw another text" +
                       "\n    what():   " + show_text(whole) +
                       "\n    expected: " + show_text(part));
}

std::string show_signed(long long value) { return std::to_string(value); }

std::string show_unsigned(unsigned long long value) {
  return std::to_string(value);
}

std::string show_floating(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

std::string show_text(std::string_view value) {
  constexpr std::size_t limit = 2000;
  std::string text = "\"";
  for (const char c : value.substr(0, limit)) append_escaped(text, c);
  text += '"';
  if (value.size() > limit) {
    text += "... (" + std::to_string(value.size()) + " bytes)";
  }
  return text;
}

std::string show_pointer(const void* value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%p", value);
  return buffer;
}

}  // namespace test

int main(int argc, char** argv) { return test::run(argc, argv); }
