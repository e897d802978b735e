// What a check says of every kind of answer, and what it leaves behind.

#include "exercises/learn/checker.hpp"

#include <chrono>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/task.hpp"
#include "common/test.hpp"
#include "exercises/learn/command.hpp"
#include "exercises/learn/learn_world.hpp"

using asyncio::Coro;
using learn::answer_that;
using learn::Checker;
using learn::CheckOptions;
using learn::Course;
using learn::Exercise;
using learn::Status;
using learn::Verdict;

namespace {

constexpr const char* first = "01-one/1-first";

// A student's folder with this answer to the first exercise.
std::string put_answer(const Course& course, const std::string& text) {
  course.put("mine/answer.hpp", text);
  return course.root() + "/mine";
}

Verdict check(const Course& course, const Exercise& exercise,
              const std::string& answers, CheckOptions options = {}) {
  const Checker checker(course.toolchain());
  return asyncio::run(checker.check(exercise, answers, options));
}

// What becomes of answer() with this body.
Verdict judge(const std::string& body, CheckOptions options = {}) {
  const Course course;
  const Verdict verdict =
      check(course, course.exercise(first),
            put_answer(course, answer_that(body)), options);
  // Whatever came of it, the folder in which it was built is gone.
  const std::string built = course.root() + "/build/work/01-one";
  CHECK(learn::entries(built).empty());
  return verdict;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST("a right answer passes") {
  const Verdict verdict = judge("return 42;");
  CHECK(verdict.status == Status::passed);
  CHECK_EQ(verdict.message, "");
  CHECK(verdict.seconds > 0);
}

TEST("a wrong answer fails, in the words of the test") {
  CheckOptions options;
  options.shown = "my/folder";
  const Verdict verdict = judge("return 41;", options);
  CHECK(verdict.status == Status::failed);
  CHECK_EQ(verdict.message, "my/folder/test.cpp: expected 42, came 41\n");
}

TEST("an answer that does not compile is shown where, in its own folder") {
  CheckOptions options;
  options.shown = "my/folder";
  const Verdict verdict = judge("return 42", options);
  CHECK(verdict.status == Status::no_compile);
  CHECK(has(verdict.message, "my/folder/answer.hpp:4:"));
  CHECK(!has(verdict.message, "/build/work/"));
}

TEST("a warning is shown, and is an error only where that is asked for") {
  const std::string body = "int unused = 1; return 42;";
  const Verdict verdict = judge(body);
  CHECK(verdict.status == Status::passed);
  CHECK(has(verdict.warnings, "unused"));
  CHECK_EQ(verdict.message, "");
  CheckOptions strict;
  strict.strict = true;
  const Checker checker(Course().toolchain());
  if (checker.toolchain().sanitize.empty()) return;  // a build without -Werror
  CHECK(judge(body, strict).status == Status::no_compile);
}

TEST("a crash is told by its signal, below what came before it") {
  const Verdict verdict =
      judge("std::puts(\"almost\"); std::fflush(stdout); std::abort();");
  CHECK(verdict.status == Status::crashed);
  CHECK(has(verdict.message, "crashed by signal 6"));
  CHECK(has(verdict.message, "almost"));
}

TEST("an answer that hangs is stopped at the limit") {
  CheckOptions options;
  options.limit = std::chrono::seconds(1);
  const Verdict verdict = judge("for (;;) pause();", options);
  CHECK(verdict.status == Status::hung);
  CHECK(has(verdict.message, "still running after 1 s"));
}

TEST("of endless output the beginning and the end are kept") {
  const Verdict verdict = judge(
      "std::puts(\"begin\"); for (int i = 0; i < 200000; ++i) "
      "std::puts(\"and so on and on\"); std::puts(\"end\"); return 1;");
  CHECK(verdict.status == Status::failed);
  CHECK(verdict.message.starts_with("begin\n"));
  CHECK(has(verdict.message, "\nend\n"));
  CHECK(has(verdict.message, "bytes are left out"));
  CHECK(verdict.message.size() < 200'000);
}

TEST("what a terminal would obey is not shown to it") {
  const Verdict verdict = judge("std::puts(\"\\x1b[2J\\a!\"); return 1;");
  CHECK(verdict.message.starts_with("?[2J?!\n"));
}

TEST("only the edited file counts: a test of one's own changes nothing") {
  const Course course;
  const std::string mine = put_answer(course, answer_that("return 1;"));
  course.put("mine/test.cpp", "int main() {}\n");
  course.put("mine/more.cpp", "this is no C++\n");
  const Verdict verdict = check(course, course.exercise(first), mine);
  CHECK(verdict.status == Status::failed);
}

TEST("a file that is missing, or is none, is said to be") {
  const Course course;
  const Exercise exercise = course.exercise(first);
  Verdict verdict = check(course, exercise, course.root() + "/nowhere");
  CHECK(verdict.status == Status::missing);
  CHECK(has(verdict.message, "answer.hpp: No such file or directory"));
  learn::make_folders(course.root() + "/odd");
  const learn::Witness pipe(course.root() + "/odd/answer.hpp");
  verdict = check(course, exercise, course.root() + "/odd");
  CHECK(verdict.status == Status::missing);
  const std::string large = put_answer(
      course, std::string(2 << 20, '\n') + answer_that("return 42;"));
  CHECK(check(course, exercise, large).status == Status::missing);
}

TEST("a prediction is compared with what the program prints") {
  const Course course;
  course.add_prediction("03-three/1-guess");
  const Exercise exercise = course.exercise("03-three/1-guess");
  const std::string mine = course.root() + "/mine";
  course.put("mine/prediction.txt", "second\nfirst\n");
  Verdict verdict = check(course, exercise, mine);
  CHECK(verdict.status == Status::failed);
  CHECK_EQ(verdict.message,
           "line 1: you predicted \"second\", the program printed \"first\"\n"
           "look again\n");
  course.put("mine/prediction.txt", "first\nsecond\n");
  CHECK(check(course, exercise, mine).passed());
}

TEST("an exercise may ask for AddressSanitizer") {
  const Course course;
  const bool has_it = course.toolchain().has_flag(
      "-fsanitize=address,undefined");
  if (course.toolchain().sanitize.empty() && !has_it) {
    test::skip("this build has another sanitizer");
  }
  Exercise exercise = course.exercise(first);
  const std::string mine = put_answer(
      course, answer_that("int* p = new int(42); delete p; return *p;"));
  exercise.sanitize = true;
  const Verdict verdict = check(course, exercise, mine);
  CHECK(!verdict.passed());
  CHECK(has(verdict.message, "heap-use-after-free"));
}

TEST("cancelling a check ends what it has started, and what that has started") {
  const Course course;
  const learn::Witness witness(course.root() + "/witness");
  const std::string mine = put_answer(course, answer_that(witness.hang()));
  const Checker checker(course.toolchain());
  const auto main = [&]() -> Coro<bool> {
    CheckOptions options;
    options.limit = std::chrono::hours(1);
    auto task = asyncio::create_task(
        checker.check(course.exercise(first), mine, options));
    asyncio::Future<> there = asyncio::create_future();
    asyncio::EventLoop& loop = asyncio::get_running_loop();
    loop.add_reader(witness.fd(), [&] {
      loop.remove_reader(witness.fd());
      there.set_result();
    });
    co_await there;
    task.cancel();
    bool cancelled = false;
    try {
      co_await task;
    } catch (const asyncio::CancelledError&) {
      cancelled = true;
    }
    co_return cancelled;
  };
  CHECK(asyncio::run(main()));
  witness.wait_until_there();
  witness.wait_until_gone();
  CHECK(learn::entries(course.root() + "/build/work/01-one").empty());
}

TEST("a text that is bounded keeps its two ends") {
  learn::BoundedText text(20);
  text.append("0123456789");
  text.append("abcdefghij");
  CHECK_EQ(text.text(), "0123456789abcdefghij");
  for (int i = 0; i < 1000; ++i) text.append("klmnopqrst");
  CHECK(text.text().starts_with("0123456789\n..."));
  CHECK(text.text().ends_with("klmnopqrst"));
  CHECK(text.text().size() < 100);
}

TEST("a file of facts that is missing or damaged says what to do") {
  const Course course;
  CHECK_WHAT(learn::read_toolchain(course.root() + "/none"),
             "is missing: configure the course anew");
  course.put("bad", "flag -O0\n");
  CHECK_WHAT(learn::read_toolchain(course.root() + "/bad"), "is damaged");
}
