// Tests the harness with the harness: a child process adds some tests that
// fail, runs them and prints; this process reads what it printed.

#include "common/test.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

#include "common/descriptor.hpp"

namespace {

struct Outcome {
  std::string output;
  int status;
};

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

// In a child: adds the tests that `prepare` adds and runs those whose name
// contains `argument`.
Outcome run_in_child(void (*prepare)(), const char* argument) {
  asyncio::Pipe pipe = asyncio::make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe.write.get(), STDOUT_FILENO);
    ::dup2(pipe.write.get(), STDERR_FILENO);
    prepare();
    std::string program = "child";
    std::string chosen = argument;
    char* argv[] = {program.data(), chosen.data(), nullptr};
    ::_exit(test::run(2, argv));
  }
  pipe.write.reset();
  Outcome outcome{read_all(pipe.read.get()), 0};
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

bool contains(const Outcome& outcome, std::string_view text) {
  return outcome.output.find(text) != std::string::npos;
}

int calls = 0;
int next() { return ++calls; }

TEST("a failing CHECK is reported with file, line and expression") {
  const Outcome outcome = run_in_child(
      [] { test::add("child: CHECK", [] { CHECK(1 + 1 == 3); }); }, "child:");
  CHECK(contains(outcome, "test_test.cpp:"));
  CHECK(contains(outcome, ": CHECK(1 + 1 == 3) failed\n"));
  CHECK(contains(outcome, "\n0 passed, 1 failed\n"));
  CHECK_EQ(outcome.status, 1);
}

TEST("a failing CHECK_EQ is reported with both values") {
  const Outcome outcome = run_in_child(
      [] { test::add("child: EQ", [] { CHECK_EQ(6 * 7, 54); }); }, "child:");
  CHECK(contains(outcome, ": CHECK_EQ(6 * 7, 54) failed\n"));
  CHECK(contains(outcome, "left:  42\n"));
  CHECK(contains(outcome, "right: 54\n"));
  CHECK_EQ(outcome.status, 1);
}

TEST("a failing check ends its test and no other") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: first", [] {
          CHECK(false);
          ::_exit(99);
        });
        test::add("child: second", [] { CHECK(true); });
      },
      "child:");
  CHECK(contains(outcome, "\n1 passed, 1 failed\n"));
  CHECK_EQ(outcome.status, 1);
}

TEST("a failure counts even if the code under test swallows it") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: swallow", [] {
          try {
            CHECK(false);
          } catch (...) {
          }
        });
      },
      "child:");
  CHECK(contains(outcome, "\n0 passed, 1 failed\n"));
}

TEST("an exception that leaves a test fails it, with its text") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: throw", [] { throw std::runtime_error("boom"); });
      },
      "child:");
  CHECK(contains(outcome, "threw boom\n"));
  CHECK_EQ(outcome.status, 1);
}

TEST("CHECK_THROWS fails for no exception and for one of another type") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: none", [] { CHECK_THROWS(std::logic_error, 1 + 1); });
        test::add("child: other", [] {
          CHECK_THROWS(std::logic_error, throw std::runtime_error("boom"));
        });
      },
      "child:");
  CHECK(contains(outcome, "1 + 1 threw nothing, expected std::logic_error"));
  CHECK(contains(outcome,
                 "threw another type, expected std::logic_error: boom"));
  CHECK(contains(outcome, "\n0 passed, 2 failed\n"));
}

TEST("CHECK_WHAT fails for another text, and shows both") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: what", [] {
          CHECK_WHAT(throw std::runtime_error("boom"), "bang");
        });
      },
      "child:");
  CHECK(contains(outcome, "what():   \"boom\"\n"));
  CHECK(contains(outcome, "expected: \"bang\"\n"));
}

TEST("the status is 77 if every chosen test was skipped") {
  const Outcome outcome = run_in_child(
      [] { test::add("child: skip", [] { test::skip("no nginx here"); }); },
      "child:");
  CHECK(contains(outcome, "skipped: no nginx here\n"));
  CHECK(contains(outcome, "\n0 passed, 0 failed, 1 skipped\n"));
  CHECK_EQ(outcome.status, 77);
}

TEST("a skipped test beside a passing one leaves the status 0") {
  const Outcome outcome = run_in_child(
      [] {
        test::add("child: skip", [] { test::skip("not today"); });
        test::add("child: pass", [] {});
      },
      "child:");
  CHECK_EQ(outcome.status, 0);
}

TEST("a name that chooses no test is an error") {
  const Outcome outcome = run_in_child([] {}, "no such claim");
  CHECK(contains(outcome, "0 passed, 0 failed\n"));
  CHECK_EQ(outcome.status, 1);
}

TEST("--list prints every name and runs nothing") {
  const Outcome outcome = run_in_child(
      [] { test::add("child: listed", [] { ::_exit(99); }); }, "--list");
  CHECK(contains(outcome, "child: listed\n"));
  CHECK(contains(outcome, "--list prints every name and runs nothing\n"));
  CHECK_EQ(outcome.status, 0);
}

TEST("a check evaluates its operands once") {
  calls = 0;
  CHECK(next() == 1);
  CHECK_EQ(next(), 2);
  CHECK_EQ(3, next());
  CHECK_THROWS(int, throw next());
  CHECK_EQ(calls, 4);
}

TEST("CHECK_THROWS takes any type, and types derived from it") {
  CHECK_THROWS(int, throw 1);
  CHECK_THROWS(std::exception, throw std::runtime_error("boom"));
}

TEST("integers compare by value, whatever their signs") {
  CHECK_EQ(std::vector<int>{1}.size(), 1);
  CHECK(!test::equal(-1, ~0U));
}

TEST("C strings compare by their characters") {
  const std::string text = "text";
  CHECK_EQ(text.c_str(), "text");
  CHECK_EQ(text, "text");
  CHECK_EQ(std::string_view("text"), text);
}

TEST("values are shown as a reader would write them") {
  enum class Colour { kRed = 1 };
  struct Opaque {};
  CHECK_EQ(test::show(true), "true");
  CHECK_EQ(test::show('x'), "\"x\"");
  CHECK_EQ(test::show(-7), "-7");
  CHECK_EQ(test::show(~0ULL), "18446744073709551615");
  CHECK_EQ(test::show(0.1), "0.1");
  CHECK_EQ(test::show(Colour::kRed), "1");
  CHECK_EQ(test::show("a\"b\n\x01"), "\"a\\\"b\\n\\x01\"");
  CHECK_EQ(test::show(std::vector<int>{1, 2}), "{1, 2}");
  CHECK_EQ(test::show(std::pair<int, bool>(1, false)), "(1, false)");
  CHECK_EQ(test::show(std::optional<int>()), "nothing");
  CHECK_EQ(test::show(std::optional<int>(3)), "3");
  CHECK_EQ(test::show(std::chrono::milliseconds(1500)), "1.5 s");
  CHECK_EQ(test::show(nullptr), "nullptr");
  CHECK_EQ(test::show(Opaque()), "?");
}

TEST("a long text is shown by its beginning and its length") {
  const std::string shown = test::show(std::string(5000, 'x'));
  CHECK(shown.size() < 2100);
  CHECK(shown.find("(5000 bytes)") != std::string::npos);
}

}  // namespace
