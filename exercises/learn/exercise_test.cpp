#include "exercises/learn/exercise.hpp"

#include <string>

#include "common/test.hpp"
#include "exercises/learn/learn_world.hpp"

using learn::Exercise;
using learn::find_exercise;
using learn::Kind;
using learn::parse_exercise;
using learn::readme;

namespace {

Exercise parse(const std::string& facts) {
  return parse_exercise("05-callbacks/2-jitter", "folder", readme(facts));
}

std::vector<Exercise> named(std::vector<std::string> names) {
  std::vector<Exercise> all;
  for (std::string& name : names) {
    all.emplace_back();
    all.back().name = std::move(name);
  }
  return all;
}

const std::vector<Exercise>& all() {
  static const std::vector<Exercise> exercises =
      named({"01-one/1-pipe", "01-one/2-recv-exactly", "05-five/1-pipe-line",
             "05-five/2-jitter", "11-more/2-jumps"});
  return exercises;
}

std::string found(const std::string& word) {
  return find_exercise(all(), word).name;
}

}  // namespace

TEST("a README says what the exercise is") {
  const Exercise one = parse(learn::fill_facts);
  CHECK_EQ(one.name, "05-callbacks/2-jitter");
  CHECK_EQ(one.chapter(), "05-callbacks");
  CHECK_EQ(one.short_name(), "2-jitter");
  CHECK_EQ(one.title, "A title");
  CHECK(one.kind == Kind::fill);
  CHECK_EQ(one.minutes, 5);
  CHECK_EQ(one.points, 1);
  CHECK_EQ(one.edits, std::vector<std::string>{"answer.hpp"});
  CHECK(!one.sanitize);
  CHECK_EQ(one.task, "The task is this.\nAnd this.\n\nMore of it.");
}

TEST("a README has its hints, each with a title") {
  const Exercise one = parse(learn::fill_facts);
  CHECK_EQ(one.hints.size(), 3);
  CHECK_EQ(one.hints[1].title, "Hint 2: second");
  CHECK_EQ(one.hints[1].text, "Two.");
}

TEST("several files may be edited, and a sanitizer asked for") {
  const Exercise one = parse(
      "find the bug · 20 minutes · hard · edit `a.hpp` and `b.cpp` · with "
      "AddressSanitizer");
  CHECK(one.kind == Kind::bug);
  CHECK_EQ(one.edits, (std::vector<std::string>{"a.hpp", "b.cpp"}));
  CHECK(one.is_edited("b.cpp"));
  CHECK(!one.is_edited("test.cpp"));
  CHECK(one.sanitize);
  CHECK_EQ(one.points, 3);
}

TEST("a README that is not of the shape is an error that says why") {
  CHECK_WHAT(parse("guess · 5 minutes · easy · edit `a.hpp`"),
             "folder/README.md: no kind of exercise: 'guess'");
  CHECK_WHAT(parse("predict · soon · easy · edit `a.txt`"),
             "not '15 minutes': 'soon'");
  CHECK_WHAT(parse("predict · 5 minutes · simple · edit `a.txt`"),
             "not easy, medium or hard: 'simple'");
  CHECK_WHAT(parse("predict · 5 minutes · easy · a.txt"),
             "does not say which file to edit");
  CHECK_WHAT(parse("predict · 5 minutes · easy · edit `../a.txt`"),
             "no file's name");
  CHECK_WHAT(parse("predict · 5 minutes"), "line 3 has 2 parts");
  CHECK_WHAT(parse_exercise("x", "folder", ""), "does not begin with");
}

TEST("a name may be any part that fits one exercise") {
  CHECK_EQ(found("01-one/2-recv-exactly"), "01-one/2-recv-exactly");
  CHECK_EQ(found("recv-exactly"), "01-one/2-recv-exactly");
  CHECK_EQ(found("exactly"), "01-one/2-recv-exactly");
  CHECK_EQ(found("05/2"), "05-five/2-jitter");
  CHECK_EQ(found("exercises/05-five/2-jitter/"), "05-five/2-jitter");
  CHECK_EQ(found("./05-five/2-jitter"), "05-five/2-jitter");
}

TEST("a number is a whole number: 1/2 is not in chapter 11") {
  CHECK_EQ(found("1/2"), "01-one/2-recv-exactly");
  CHECK_EQ(found("11/2"), "11-more/2-jumps");
}

TEST("a name that is whole wins over one that begins with it") {
  CHECK_EQ(found("pipe"), "01-one/1-pipe");
  CHECK_EQ(found("pipe-line"), "05-five/1-pipe-line");
}

TEST("a name that fits several, or none, is an error with the candidates") {
  CHECK_WHAT(found("05"), "'05' may be any of these:\n  05-five/1-pipe-line\n"
                          "  05-five/2-jitter");
  CHECK_WHAT(found("nothing"), "no exercise has 'nothing' in its name");
  CHECK_WHAT(found(""), "no exercise");
}

TEST("the list is in order, and leaves out what cannot be read") {
  learn::Course course;
  course.put("exercises/02-two/2-bad/README.md", "bad\n");
  course.put("exercises/learn/README.md", "no exercise\n");
  std::string faults;
  const auto list = learn::list_exercises(course.exercises(), faults);
  CHECK_EQ(list.size(), 3);
  CHECK_EQ(list[0].name, "01-one/1-first");
  CHECK_EQ(list[2].name, "02-two/1-third");
  CHECK(faults.find("2-bad/README.md: does not begin") != faults.npos);
}
