#include "exercises/learn/proof.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "common/lesson.hpp"
#include "common/text.hpp"
#include "exercises/learn/files.hpp"

namespace learn {

using asyncio::Coro;
using Words = std::vector<std::string>;

namespace {

// It bounds a hang; it judges no speed.
constexpr std::chrono::seconds generous(300);

// What a usual wrong answer that can do nothing else but hang says.
constexpr const char* hangs = "still running";

std::string squeezed(std::string_view text) {
  std::string result;
  for (const std::string& line : lesson::split_lines(text)) {
    for (const std::string& word : lesson::split_words(line)) {
      result += (result.empty() ? "" : " ") + word;
    }
  }
  return result;
}

// Every one of `wanted` stands in the text; spaces and lines do not count.
bool says_all(std::string_view text, const Words& wanted) {
  const std::string said = squeezed(text);
  for (const std::string& one : wanted) {
    if (said.find(squeezed(one)) == said.npos) return false;
  }
  return !wanted.empty();
}

// The lines of the ```text block of the solution's README.
Words told_of_skeleton(const std::string& solution) {
  for (const lesson::Block& block :
       lesson::read_page(solution + "/README.md").blocks) {
    if (block.info == Words{"text"}) return block.text;
  }
  throw std::runtime_error(solution + "/README.md: has no ```text block");
}

// "// The test says: TEXT" in the first line of a wrong answer's file.
Words told_of_answer(const std::string& folder) {
  constexpr std::string_view mark = "The test says: ";
  for (const std::string& name : entries(folder)) {
    const std::string text = lesson::read_file(folder + "/" + name);
    const std::string first = text.substr(0, text.find('\n'));
    const std::size_t at = first.find(mark);
    if (at != first.npos) return {first.substr(at + mark.size())};
  }
  throw std::runtime_error(folder + ": no line '// The test says: ...'");
}

// Prints a claim; what came, if it does not hold.
int report(bool holds, const std::string& claim, const Verdict& verdict,
           const Words& wanted) {
  std::printf("%s %s (%.1f s)\n", holds ? "ok " : "BAD", claim.c_str(),
              verdict.seconds);
  if (!holds) {
    for (const std::string& line : wanted) {
      std::printf("  wanted: %s\n", line.c_str());
    }
    std::printf("  came: %s\n%s\n", status_name(verdict.status),
                (verdict.warnings + verdict.message).c_str());
  }
  std::fflush(stdout);
  return holds ? 0 : 1;
}

class Proof {
 public:
  Proof(const Checker& checker, const Exercise& exercise)
      : checker_(checker),
        exercise_(exercise),
        solution_(checker.toolchain().solutions() + "/" + exercise.name) {
    options_.limit = generous;
    options_.strict = !sanitized() && !exercise.sanitize;
    options_.shown = "exercises/" + exercise.name;
  }

  // A build has a sanitizer of its own, or can add AddressSanitizer.
  bool sanitized() const { return checker_.toolchain().sanitize.empty(); }

  Coro<int> skeleton() {
    const Words wanted = told_of_skeleton(solution_);
    Verdict verdict =
        co_await checker_.check(exercise_, exercise_.folder, options_);
    const bool holds = fails_in_words(verdict, wanted);
    co_return report(holds, "the skeleton fails", verdict, wanted);
  }

  Coro<int> solution(bool with_sanitizer) {
    Exercise exercise = exercise_;
    exercise.sanitize = with_sanitizer;
    CheckOptions options = options_;
    options.strict = !sanitized() && !with_sanitizer;
    Verdict verdict = co_await checker_.check(exercise, solution_, options);
    const char* claim = with_sanitizer
                            ? "the solution passes with AddressSanitizer"
                            : "the solution passes";
    co_return report(verdict.passed(), claim, verdict, {});
  }

  Coro<int> wrong_answers() {
    const std::string folder = solution_ + "/wrong";
    if (!is_folder(folder) || entries(folder).empty()) {
      std::printf("BAD there are no wrong answers in %s\n", folder.c_str());
      co_return 1;
    }
    int bad = 0;
    for (const std::string& name : entries(folder)) {
      bad += co_await wrong_answer(folder + "/" + name, name);
    }
    co_return bad;
  }

 private:
  static bool fails_in_words(const Verdict& verdict, const Words& wanted) {
    return !verdict.passed() && verdict.status != Status::no_compile &&
           verdict.status != Status::missing &&
           says_all(verdict.message, wanted);
  }

  Coro<int> wrong_answer(std::string folder, std::string name) {
    const Words wanted = told_of_answer(folder);
    CheckOptions options = options_;
    options.strict = false;  // a warning does not make it less wrong
    if (wanted.front() == hangs) options.limit = std::chrono::seconds(10);
    Verdict verdict = co_await checker_.check(exercise_, folder, options);
    const bool holds = fails_in_words(verdict, wanted);
    co_return report(holds, "wrong/" + name + " fails", verdict, wanted);
  }

  const Checker& checker_;
  const Exercise& exercise_;
  const std::string solution_;
  CheckOptions options_;
};

}  // namespace

Coro<int> prove(const Checker& checker, std::string name) {
  const Toolchain& toolchain = checker.toolchain();
  const Exercise exercise =
      read_exercise(name, toolchain.exercises() + "/" + name);
  const std::string faults = file_faults(toolchain, exercise);
  std::fputs(faults.c_str(), stdout);
  int bad = faults.empty() ? 0 : 1;
  Proof proof(checker, exercise);
  bad += co_await proof.solution(false);
  // What skeletons and wrong answers are told is the same in every build.
  if (!toolchain.is_default) co_return bad;
  bad += co_await proof.solution(true);
  bad += co_await proof.skeleton();
  bad += co_await proof.wrong_answers();
  co_return bad;
}

}  // namespace learn
