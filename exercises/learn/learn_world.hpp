// learn_world.hpp is a small course in a folder of its own, for the tests of
// the course command: exercises that compile in a moment, built with the
// compiler and the flags of the course itself.
//
// Not part of the library: for tests. One thread. The folder is deleted in the
// end.

#pragma once

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/lesson.hpp"
#include "common/scratch_folder.hpp"
#include "common/test.hpp"
#include "exercises/learn/exercise.hpp"
#include "exercises/learn/files.hpp"
#include "exercises/learn/toolchain.hpp"

namespace learn {

inline std::string required(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) {
    throw std::runtime_error(std::string(variable) + " is not set: use ctest");
  }
  return value;
}

inline std::string readme(const std::string& facts) {
  return "# A title\n\n*" + facts +
         "*\n\nThe task is this.\nAnd this.\n\nMore of it.\n\n"
         "## Why it matters\n\nIt does.\n\n## Hints\n\n"
         "<details><summary>Hint 1: first</summary>\n\nOne.\n\n</details>\n\n"
         "<details><summary>Hint 2: second</summary>\n\nTwo.\n\n</details>\n\n"
         "<details><summary>Hint 3: third</summary>\n\nThree.\n\n</details>\n\n"
         "## Stretch goal\n\nMore.\n";
}

constexpr const char* fill_facts =
    "fill the gap · 5 minutes · easy · edit `answer.hpp`";

// answer.hpp, in which answer() has this body.
inline std::string answer_that(const std::string& body) {
  return "#include <cstdio>\n#include <cstdlib>\n#include <unistd.h>\n"
         "inline int answer() { " + body + " }\n";
}

// Spelled in halves: here is nothing left to do.
constexpr const char* skeleton = "/* TO" "DO: the answer */ return 0;";

// Asks answer() and says what came.
constexpr const char* answer_test =
    "#include \"answer.hpp\"\n"
    "int main() {\n"
    "  const int came = answer();\n"
    "  if (came == 42) return 0;\n"
    "  std::printf(\"%s: expected 42, came %d\\n\", __FILE__, came);\n"
    "  return 1;\n"
    "}\n";

class Course {
 public:
  // build.txt is the course's own, but for where it stands.
  Course() {
    std::string facts;
    for (const std::string& line : lesson::split_lines(
             lesson::read_file(required("LEARN_BUILD_FILE")))) {
      if (line.starts_with("source ")) {
        facts += "source " + root() + "\n";
      } else if (line.starts_with("work ")) {
        facts += "work " + root() + "/build\n";
      } else {
        facts += line + "\n";
      }
    }
    put("build.txt", facts);
    make_folders(root() + "/exercises");
    add("01-one/1-first");
    add("01-one/2-second");
    add("02-two/1-third", "fill the gap · 5 minutes · hard · edit "
                          "`answer.hpp`");
  }

  const std::string& root() const { return folder_.path(); }
  std::string build_file() const { return root() + "/build.txt"; }
  std::string exercises() const { return root() + "/exercises"; }
  Toolchain toolchain() const { return read_toolchain(build_file()); }

  // Files are named from the root.
  void put(const std::string& path, const std::string& text) const {
    make_folders(parent_path(root() + "/" + path));
    write_file(root() + "/" + path, text);
  }
  std::string get(const std::string& path) const {
    return lesson::read_file(root() + "/" + path);
  }

  // An exercise in which answer() has to be 42, and its solution.
  void add(const std::string& name, const std::string& facts = fill_facts) {
    put("exercises/" + name + "/README.md", readme(facts));
    put("exercises/" + name + "/answer.hpp", answer_that(skeleton));
    put("exercises/" + name + "/test.cpp", answer_test);
    put("solutions/" + name + "/answer.hpp", answer_that("return 42;"));
    put("solutions/" + name + "/README.md",
        "# A title: why it is right\n\n```text\nexpected 42,   came 0\n```\n");
    put("solutions/" + name + "/wrong/by-one/answer.hpp",
        "// The test says: expected 42, came 41\n" + answer_that("return 41;"));
  }

  // One more, whose program prints these two lines.
  void add_prediction(const std::string& name) const {
    put("exercises/" + name + "/README.md",
        readme("predict · 5 minutes · medium · edit `prediction.txt`"));
    put("exercises/" + name + "/program.cpp",
        "#include <cstdio>\n"
        "int main() { std::puts(\"first\"); std::puts(\"second\"); }\n");
    put("exercises/" + name + "/prediction.txt", "# One line each.\n?\n");
    put("exercises/" + name + "/usual.txt", "1 second => look again\n");
  }

  Exercise exercise(const std::string& name) const {
    return read_exercise(name, exercises() + "/" + name);
  }

 private:
  asyncio::ScratchFolder folder_;
};

// A Witness is a pipe with a name that somebody's program opens and holds. It
// tells when the program is there, and when the last one that holds it is not.
class Witness {
 public:
  explicit Witness(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) < 0) {
      asyncio::throw_errno("mkfifo", path_);
    }
    end_.reset(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!end_) asyncio::throw_errno("open", path_);
  }

  int fd() const { return end_.get(); }

  // The body of an answer() that hangs, with a child that says so.
  std::string hang() const {
    return "std::FILE* held = std::fopen(\"" + path_ +
           "\", \"w\"); if (fork() == 0) { std::fputs(\"x\", held); "
           "std::fflush(held); } for (;;) pause();";
  }

  void wait_until_there() const { CHECK_EQ(next(), "x"); }
  void wait_until_gone() const { CHECK_EQ(next(), ""); }

 private:
  // A hang of ours ends by ctest's limit.
  std::string next() const {
    pollfd one{end_.get(), POLLIN, 0};
    while (::poll(&one, 1, -1) != 1) {
    }
    char c;
    return ::read(end_.get(), &c, 1) == 1 ? std::string(1, c) : "";
  }

  std::string path_;
  asyncio::Descriptor end_;
};

}  // namespace learn
