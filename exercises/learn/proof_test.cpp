// A proof holds for an exercise as it should be, and for no other. What it
// prints stands among what this test prints.

#include "exercises/learn/proof.hpp"

#include <string>

#include "10-tasks/runner.hpp"
#include "common/test.hpp"
#include "exercises/learn/learn_world.hpp"

using learn::answer_that;
using learn::Course;

namespace {

constexpr const char* name = "01-one/1-first";

int prove(const Course& course) {
  const learn::Checker checker(course.toolchain());
  return asyncio::run(learn::prove(checker, name));
}

std::string faults(const Course& course) {
  return learn::file_faults(course.toolchain(), course.exercise(name));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// Spelled in halves: here is nothing left to do.
const std::string mark = "/* TO" "DO */ ";

// In other builds a proof ends with the solution.
void need_default_build() {
  if (!Course().toolchain().is_default) {
    test::skip("only the default build proves what must fail");
  }
}

const std::string given = std::string("exercises/") + name;
const std::string solved = std::string("solutions/") + name;

}  // namespace

TEST("an exercise as it should be is proven") {
  CHECK_EQ(prove(Course()), 0);
}

TEST("a skeleton must fail, in the words told") {
  need_default_build();
  const Course passes;
  passes.put(given + "/answer.hpp", answer_that(mark + "return 42;"));
  CHECK_EQ(prove(passes), 1);
  const Course other;
  other.put(given + "/answer.hpp", answer_that(mark + "return 7;"));
  CHECK_EQ(prove(other), 1);
}

TEST("a skeleton must compile, without a warning") {
  need_default_build();
  const Course course;
  course.put(given + "/answer.hpp",
             answer_that(mark + "int unused = 1; return 0;"));
  CHECK_EQ(prove(course), 1);
  // Also if the compiler happens to say the words.
  course.put(solved + "/README.md", "# A title\n\n```text\nerror:\n```\n");
  CHECK_EQ(prove(course), 1);
}

TEST("a solution must pass") {
  const Course course;
  course.put(solved + "/answer.hpp", answer_that("return 43;"));
  CHECK(prove(course) >= 1);  // with the sanitizer, too
}

TEST("a wrong answer must fail, in its own words, and there must be one") {
  need_default_build();
  const Course passes;
  passes.put(solved + "/wrong/by-one/answer.hpp",
             "// The test says: expected 42\n" + answer_that("return 42;"));
  CHECK_EQ(prove(passes), 1);
  const Course other;
  other.put(solved + "/wrong/by-one/answer.hpp",
            "// The test says: something else\n" + answer_that("return 41;"));
  CHECK_EQ(prove(other), 1);
  const Course within;  // the words may end before a comma
  within.put(solved + "/wrong/by-one/answer.hpp",
             "// The test says: expected 42\n" + answer_that("return 41;"));
  CHECK_EQ(prove(within), 0);
  const Course none;
  learn::remove_tree(none.root() + "/" + solved + "/wrong");
  CHECK_EQ(prove(none), 1);
}

TEST("a file that does not belong is found, on both sides") {
  const Course course;
  CHECK_EQ(faults(course), "");
  course.put(given + "/notes.txt", "stray\n");
  course.put(given + "/unused.hpp", "stray, too\n");
  course.put(solved + "/old.hpp", "stray\n");
  const std::string found = faults(course);
  CHECK(has(found, "notes.txt: a stray file"));
  CHECK(has(found, "unused.hpp: a stray file"));
  CHECK(has(found, "old.hpp: a stray file"));
}

TEST("an include from above is found") {
  const Course course;
  course.put(given + "/test.cpp",
             std::string("#include \"01-one/x.hpp\"\n"
                         "#include \"common/text.hpp\"\n"
                         "#include \"02-threads/x.hpp\"\n") +
                 learn::answer_test);
  const std::string found = faults(course);
  CHECK(has(found, "test.cpp:3: may not include 02-threads/x.hpp"));
  CHECK(!has(found, "01-one/x.hpp"));
  CHECK(!has(found, "common/text.hpp"));
}

TEST("a place to edit is marked in the skeleton, and not in the solution") {
  const Course course;
  course.put(given + "/answer.hpp", answer_that("return 0;"));
  CHECK(has(faults(course), "no place is marked to edit"));
  const Course left;
  left.put(solved + "/answer.hpp", answer_that(mark + "return 42;"));
  CHECK(has(faults(left), "the solution has a mark left"));
}

TEST("a README has three hints and its headings") {
  const Course course;
  std::string text = learn::readme(learn::fill_facts);
  text.erase(text.find("<details><summary>Hint 3"));
  course.put(given + "/README.md", text);
  const std::string found = faults(course);
  CHECK(has(found, "README.md: not three hints"));
  CHECK(has(found, "has no heading\n## Stretch goal"));
}
