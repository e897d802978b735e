// The commands as a student and a grader give them: build/learn, run in a
// small course.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/program.hpp"
#include "common/test.hpp"
#include "exercises/learn/learn_world.hpp"

using learn::answer_that;
using program::Outcome;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// A course, and a student with a copy of it.
class Class {
 public:
  Class() {
    ::setenv("LEARN_BUILD_FILE", course.build_file().c_str(), 1);
    ::setenv("LC_ALL", "C", 1);
    const Outcome copied = run({"copy", copy()});
    CHECK_EQ(copied.status, 0);
    CHECK(has(copied.out, "3 exercises added"));
  }

  std::string copy() const { return course.root() + "/copy"; }

  static Outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), program_path());
    return program::run(words);
  }
  // In the student's copy.
  Outcome learn(std::vector<std::string> words) const {
    words.insert(words.end(), {"--in", copy()});
    return run(words);
  }

  void answer(const std::string& name, const std::string& body) const {
    course.put("copy/" + name + "/answer.hpp", answer_that(body));
  }
  std::string answer(const std::string& name) const {
    return course.get("copy/" + name + "/answer.hpp");
  }

  learn::Course course;

 private:
  // Asked for before the variable beside it changes.
  static const std::string& program_path() {
    static const std::string path = learn::required("LEARN_PROGRAM");
    return path;
  }
};

// The facts of the real build, for the next course.
struct Environment {
  Environment() : build_file(learn::required("LEARN_BUILD_FILE")) {}
  ~Environment() { ::setenv("LEARN_BUILD_FILE", build_file.c_str(), 1); }
  const std::string build_file;
};

}  // namespace

TEST("check says what came of an answer, and ends with 0 or 1") {
  const Environment environment;
  const Class here;
  Outcome outcome = here.learn({"check", "first"});
  CHECK_EQ(outcome.status, 1);
  CHECK(has(outcome.out, "01-one/1-first: test failed ("));
  CHECK(has(outcome.out, "copy/01-one/1-first/test.cpp: expected 42, came 0"));
  here.answer("01-one/1-first", "return 42;");
  outcome = here.learn({"check", "first"});
  CHECK_EQ(outcome.status, 0);
  CHECK(has(outcome.out, "01-one/1-first: passed ("));
  CHECK(has(here.course.get("copy/.learn"), "done 01-one/1-first\n"));
}

TEST("a wrong command line ends with 2, and says what is wrong") {
  const Environment environment;
  const Class here;
  const std::vector<std::vector<std::string>> wrong = {
      {"check", "01"},      {"check", "nothing"}, {"check", "--all", "first"},
      {"check"},            {"nonsense"},         {"--nonsense"},
      {"check", "--limit"}, {"start"},            {"copy"},
      {"hint", "first", "4"}};
  for (const auto& words : wrong) {
    const Outcome outcome = here.learn(words);
    CHECK_EQ(outcome.status, 2);
    CHECK(outcome.err.starts_with("learn: "));
    CHECK_EQ(outcome.out, "");
  }
  CHECK(has(here.learn({"check", "01"}).err, "  01-one/2-second"));
  CHECK_EQ(Class::run({"list", "--in", "/nowhere"}).status, 2);
  CHECK_EQ(Class::run({"list", "--in", here.course.root() + "/build"}).status,
           2);
}

TEST("check --all goes on behind an answer that hangs") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "for (;;) pause();");
  here.answer("02-two/1-third", "return 42;");
  const Outcome outcome = here.learn({"check", "--all", "--limit", "10"});
  CHECK_EQ(outcome.status, 1);
  CHECK(has(outcome.out, "01-one/1-first: still running ("));
  CHECK(has(outcome.out, "01-one/2-second: test failed ("));
  CHECK(has(outcome.out, "02-two/1-third: passed ("));
  CHECK(has(outcome.out, "1 of 3 passed, 3 of 5 points"));
  CHECK_EQ(outcome.err, "");  // progress is for terminals
}

TEST("check --json is one object, with every exercise and the totals") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "return 42;");
  here.answer("01-one/2-second", "return 42");
  const Outcome outcome =
      here.learn({"check", "--all", "--json", "--jobs", "2"});
  CHECK_EQ(outcome.status, 1);
  CHECK(outcome.out.starts_with("{\"exercises\": ["));
  CHECK(has(outcome.out, "\"name\": \"01-one/1-first\", "
                         "\"chapter\": \"01-one\", "
                         "\"kind\": \"fill the gap\", \"points\": 1, "
                         "\"possible\": 1, \"status\": \"passed\", "
                         "\"seconds\": "));
  CHECK(has(outcome.out, "\"status\": \"no-compile\""));
  CHECK(has(outcome.out,
            "\"points\": 0, \"possible\": 3, \"status\": \"failed\""));
  CHECK(has(outcome.out, "\"totals\": {\"exercises\": 3, \"passed\": 1, "
                         "\"points\": 1, \"possible\": 5}}\n"));
}

TEST("a folder that was handed in is checked and not written to") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "return 42;");
  learn::remove_tree(here.copy() + "/.learn");
  learn::remove_tree(here.copy() + "/02-two");
  const Outcome outcome = here.learn({"check", "--all", "--json"});
  CHECK(has(outcome.out,
            "\"points\": 1, \"possible\": 1, \"status\": \"passed\""));
  CHECK(has(outcome.out, "\"status\": \"missing\""));
  CHECK(!learn::is_file(here.copy() + "/.learn"));
}

TEST("list shows what is done, and where one is") {
  const Environment environment;
  const Class here;
  here.course.put("copy/.learn",
                  "current 01-one/2-second\ndone 01-one/1-first\n");
  const Outcome outcome = here.learn({"list"});
  CHECK_EQ(outcome.status, 0);
  CHECK(has(outcome.out, "01-one\n  + 1-first"));
  CHECK(has(outcome.out, "\n> . 2-second"));
  CHECK(has(outcome.out, "  1/3 done\n"));
}

TEST("start begins anywhere, and the current one needs no name") {
  const Environment environment;
  const Class here;
  const Outcome outcome = here.learn({"start", "third"});
  CHECK_EQ(outcome.status, 0);
  CHECK(has(outcome.out, "A title\n02-two/1-third: fill the gap, 5 minutes"));
  CHECK(has(outcome.out, "copy/02-two/1-third/answer.hpp\n"));
  CHECK(has(outcome.out, "The task is this. And this.\n\nMore of it.\n"));
  CHECK_EQ(here.course.get("copy/.learn"),
           "# Where you are in the course. build/learn writes this file.\n"
           "current 02-two/1-third\n");
  CHECK(has(here.learn({"check"}).out, "02-two/1-third: test failed"));
}

TEST("a command that is recommended means the same folder") {
  const Environment environment;
  const Class here;
  const std::string in = " --in " + here.copy();
  CHECK(has(here.learn({"start", "first"}).out, " check" + in + "\n"));
  CHECK(has(here.learn({"hint", "first"}).out,
            " hint 01-one/1-first 2" + in + "\n"));
  CHECK(has(here.learn({"solution", "first"}).out,
            " solution 01-one/1-first --anyway" + in + "\n"));
  here.course.put("a b/.learn", "");
  CHECK(has(Class::run({"hint", "first", "--in", here.course.root() + "/a b"})
                .out,
            " 2 --in '" + here.course.root() + "/a b'\n"));
}

TEST("hints come one at a time") {
  const Environment environment;
  const Class here;
  CHECK(here.learn({"hint", "first"}).out.starts_with("Hint 1: first\n\nOne."));
  CHECK(has(here.learn({"hint", "first"}).out, " hint 01-one/1-first 2 "));
  CHECK_EQ(here.learn({"hint", "first", "3"}).out, "Hint 3: third\n\nThree.\n");
}

TEST("the solution shows once the test has passed, or anyway") {
  const Environment environment;
  const Class here;
  Outcome outcome = here.learn({"solution", "first"});
  CHECK_EQ(outcome.status, 1);
  CHECK(!has(outcome.out, "return 42;"));
  outcome = here.learn({"solution", "first", "--anyway"});
  CHECK_EQ(outcome.status, 0);
  CHECK(has(outcome.out, "return 42;"));
  CHECK(has(outcome.out, "# A title: why it is right"));
  here.course.put("copy/.learn", "done 01-one/1-first\n");
  CHECK_EQ(here.learn({"solution", "first"}).status, 0);
}

TEST("reset asks first, and then gives the file as it was handed out") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "return 42;");
  here.learn({"check", "first"});
  const Outcome asked = here.learn({"reset", "first"});  // its input is empty
  CHECK_EQ(asked.status, 1);
  CHECK(has(asked.out, "Reset it? [y/N]"));
  CHECK(has(here.answer("01-one/1-first"), "return 42;"));
  CHECK_EQ(here.learn({"reset", "first", "--yes"}).status, 0);
  CHECK_EQ(here.answer("01-one/1-first"), answer_that(learn::skeleton));
  CHECK(!has(here.course.get("copy/.learn"), "done"));
}

TEST("reset in the course itself asks git, and says so when git cannot") {
  const Environment environment;
  const Class here;
  here.course.put("exercises/01-one/1-first/answer.hpp", "mine\n");
  const Outcome outcome = Class::run({"reset", "first", "--yes"});
  CHECK_EQ(outcome.status, 1);
  CHECK(has(outcome.err, "git does not give answer.hpp as it was handed out"));
  CHECK(has(outcome.err, "Take it from a fresh copy of the course"));
  CHECK_EQ(here.course.get("exercises/01-one/1-first/answer.hpp"), "mine\n");
}

TEST("reset in the course itself gives the file as git has it") {
  const Environment environment;
  const Class here;
  const std::string commit =
      "cd '" + here.course.root() +
      "' && git init -q . && git add exercises && git -c user.name=me "
      "-c user.email=me@example.org commit -q -m first";
  if (program::run({"/bin/sh", "-c", commit}).status != 0) {
    test::skip("git is not here");
  }
  const std::string path = "exercises/01-one/1-first/answer.hpp";
  here.course.put(path, "mine\n");
  CHECK_EQ(Class::run({"reset", "first", "--yes"}).status, 0);
  CHECK_EQ(here.course.get(path), answer_that(learn::skeleton));
}

TEST("a copy is brought up to date, and answers stay as they are") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "return 42;");
  here.course.put("copy/notes.txt", "mine\n");
  here.course.put("exercises/01-one/1-first/answer.hpp", "new skeleton\n");
  here.course.put("exercises/01-one/1-first/test.cpp", "new test\n");
  const std::string before = here.answer("01-one/1-first");
  const Outcome outcome = Class::run({"copy", here.copy()});
  CHECK_EQ(outcome.status, 0);
  CHECK(has(outcome.out, "0 exercises added, 1 texts and tests brought up to "
                         "date, 3 files of yours left alone"));
  CHECK_EQ(here.answer("01-one/1-first"), before);
  CHECK_EQ(here.course.get("copy/01-one/1-first/test.cpp"), "new test\n");
  CHECK_EQ(here.course.get("copy/notes.txt"), "mine\n");
}

TEST("a copy is not made over other files, nor over the course") {
  const Environment environment;
  const Class here;
  here.course.put("other/file", "precious\n");
  const Outcome outcome = Class::run({"copy", here.course.root() + "/other"});
  CHECK_EQ(outcome.status, 2);
  CHECK_EQ(learn::entries(here.course.root() + "/other").size(), 1);
  CHECK_EQ(Class::run({"copy", here.course.exercises()}).status, 2);
}

TEST("the nearest folder above that is a copy is the one that is meant") {
  const Environment environment;
  const Class here;
  here.answer("01-one/1-first", "return 42;");
  const std::string before = learn::real_path(".");
  CHECK_EQ(::chdir((here.copy() + "/01-one/1-first").c_str()), 0);
  const Outcome outcome = Class::run({"check", "first"});
  CHECK_EQ(::chdir(before.c_str()), 0);
  CHECK_EQ(outcome.status, 0);
}

TEST("a damaged state is told, and stays as it is") {
  const Environment environment;
  const Class here;
  here.course.put("copy/.learn", "done\tall of them!\n");
  here.answer("01-one/1-first", "return 42;");
  const Outcome outcome = here.learn({"check", "first"});
  CHECK_EQ(outcome.status, 1);
  CHECK(has(outcome.err, "copy/.learn:1: is damaged"));
  CHECK_EQ(here.course.get("copy/.learn"), "done\tall of them!\n");
}

TEST("to watch takes a terminal") {
  const Environment environment;
  const Class here;
  const Outcome outcome = here.learn({});
  CHECK_EQ(outcome.status, 2);
  CHECK(has(outcome.err, "to watch takes a terminal"));
  CHECK(has(outcome.err, " check NAME"));
}

TEST("SIGTERM and Ctrl-C end a check and what it has started") {
  const Environment environment;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const Class here;
    const learn::Witness witness(here.course.root() + "/witness");
    here.answer("01-one/1-first", witness.hang());
    program::Program check({learn::required("LEARN_PROGRAM"), "check", "first",
                            "--limit", "3600", "--in", here.copy()});
    witness.wait_until_there();
    check.send_signal(number);
    CHECK_EQ(check.wait().status, 128 + number);
    witness.wait_until_gone();
    ::setenv("LEARN_BUILD_FILE", environment.build_file.c_str(), 1);
  }
}

TEST("--help shows the commands") {
  const Environment environment;
  const Outcome outcome = Class::run({"--help"});
  CHECK_EQ(outcome.status, 0);
  for (const char* command : {"list", "start", "check", "hint", "reset",
                              "solution", "copy"}) {
    CHECK(has(outcome.out, std::string("learn ") + command));
  }
}
