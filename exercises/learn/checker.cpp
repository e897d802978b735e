#include "exercises/learn/checker.hpp"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <system_error>
#include <vector>

#include "17-subprocesses-and-signals/spawn.hpp"
#include "common/columns.hpp"
#include "common/lesson.hpp"
#include "exercises/learn/command.hpp"
#include "exercises/learn/files.hpp"
#include "exercises/learn/prediction.hpp"

namespace learn {

using asyncio::Coro;
using std::chrono::steady_clock;

namespace {

// A compiler that takes longer was sent into an endless recursion.
constexpr std::chrono::seconds compile_limit(600);

// A Stage is the folder in which an exercise is put together. It is deleted
// with what is in it.
class Stage {
 public:
  Stage(const Toolchain& toolchain, const Exercise& exercise) {
    static int count = 0;
    const std::string name = exercise.name + "." + std::to_string(::getpid()) +
                             "." + std::to_string(++count);
    path_ = toolchain.work + "/work/" + name;
    try {
      make_folders(path_);
    } catch (const std::system_error&) {
      // The course is somebody else's, and may only be read.
      const char* elsewhere = std::getenv("TMPDIR");
      path_ = std::string(elsewhere ? elsewhere : "/tmp") + "/learn-" +
              std::to_string(::getuid()) + "/" + name;
      make_folders(path_);
    }
    path_ = real_path(path_);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    try {
      remove_tree(path_);
    } catch (const std::system_error&) {  // it stays; nobody minds
    }
  }

  const std::string& path() const { return path_; }
  std::string program() const { return path_ + "/program"; }

  void put(const std::string& name, const std::string& text) const {
    write_file(path_ + "/" + name, text);
  }

 private:
  std::string path_;
};

// The course's files, and over them the answer's.
void fill_stage(const Stage& stage, const Exercise& exercise,
                const std::string& answers) {
  for (const std::string& name : entries(exercise.folder)) {
    const std::string path = exercise.folder + "/" + name;
    if (is_file(path) && !exercise.is_edited(name)) {
      stage.put(name, lesson::read_file(path));
    }
  }
  for (const std::string& name : exercise.edits) {
    stage.put(name, read_answer(answers + "/" + name));
  }
}

std::vector<std::string> sources_in(const std::string& folder) {
  std::vector<std::string> sources;
  for (const std::string& name : entries(folder)) {
    if (name.ends_with(".cpp")) sources.push_back(folder + "/" + name);
  }
  return sources;
}

// This process's, without what would change a test's mind.
std::vector<std::string> environment(const Toolchain& toolchain,
                                     const Exercise& exercise) {
  std::vector<std::string> env = asyncio::current_environment();
  std::erase_if(env, [](const std::string& variable) {
    return variable.starts_with("ASYNCIO_") ||
           variable.starts_with("ASAN_OPTIONS=");
  });
  env.push_back("ASYNCIO_SOURCE_DIR=" + toolchain.source);
  env.push_back("ASYNCIO_BUILD_DIR=" + toolchain.build);
  // The library is built without the sanitizer, and tells it nothing about
  // the memory inside of its containers.
  env.push_back("ASAN_OPTIONS=detect_container_overflow=0");
  if (exercise.kind == Kind::predict) env.push_back("ASYNCIO_CLOCK=virtual");
  return env;
}

void replace_all(std::string& text, std::string_view from,
                 std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos;) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

// The text as a terminal may be shown it, with the paths that a student knows.
std::string for_student(std::string text, const Stage& stage,
                        const std::string& shown) {
  replace_all(text, stage.path(), shown);
  std::string clean;
  for (const std::string& line : lesson::split_lines(text)) {
    std::string spaced = line;
    replace_all(spaced, "\t", "  ");
    clean += columns::printable(spaced) + '\n';
  }
  return clean;
}

std::string signal_text(int number) {
  const char* text = ::strsignal(number);
  return "signal " + std::to_string(number) +
         (text ? std::string(" (") + text + ")" : "");
}

std::string seconds_text(asyncio::Duration limit) {
  return columns::decimal(std::chrono::duration<double>(limit).count(), 0) +
         " s";
}

Verdict judge_test(const Finished& run, const CheckOptions& options) {
  if (run.hung) {
    return {Status::hung, "still running after " + seconds_text(options.limit) +
                              ": it was stopped\n" + run.output};
  }
  if (run.returncode < 0) {
    return {Status::crashed,
            "crashed by " + signal_text(-run.returncode) + "\n" + run.output};
  }
  if (run.returncode > 0) return {Status::failed, run.output};
  return {Status::passed, run.output};
}

// The program is the course's own, so only the prediction can be wrong.
Verdict judge_guess(const Finished& run, const Stage& stage,
                    const CheckOptions& options) {
  Verdict verdict = judge_test(run, options);
  if (!verdict.passed()) return verdict;
  const std::string usual = stage.path() + "/usual.txt";
  const Guess guess = judge_prediction(
      run.output, lesson::read_file(stage.path() + "/prediction.txt"),
      is_file(usual) ? lesson::read_file(usual) : "");
  return {guess.right ? Status::passed : Status::failed, guess.message};
}

Coro<Verdict> check_staged(const Toolchain& toolchain,
                           const Exercise& exercise, const Stage& stage,
                           const CheckOptions& options) {
  Build build;
  build.sources = sources_in(stage.path());
  build.output = stage.program();
  build.sanitize = exercise.sanitize || options.sanitize;
  build.strict = options.strict;
  Command compile(compile_command(toolchain, build));
  compile.folder = stage.path();
  Finished compiled = co_await run_command(compile, compile_limit);
  if (compiled.returncode != 0) {
    Verdict broken{Status::no_compile, compiled.output};
    if (compiled.hung) broken.message = "the compiler does not come to an end";
    co_return broken;
  }
  Command run({stage.program()});
  run.folder = stage.path();
  run.env = environment(toolchain, exercise);
  run.errors_too = exercise.kind != Kind::predict;
  Finished finished = co_await run_command(run, options.limit);
  Verdict verdict = exercise.kind == Kind::predict
                        ? judge_guess(finished, stage, options)
                        : judge_test(finished, options);
  // Not with a sanitizer, whose checks make g++ 12 warn of what cannot happen.
  if (!build.sanitize) verdict.warnings = compiled.output;
  co_return verdict;
}

}  // namespace

const char* status_name(Status status) {
  switch (status) {
    case Status::passed: return "passed";
    case Status::missing: return "file is missing";
    case Status::no_compile: return "does not compile";
    case Status::failed: return "test failed";
    case Status::crashed: return "crashed";
    case Status::hung: return "still running";
  }
  return "";
}

const char* status_word(Status status) {
  switch (status) {
    case Status::passed: return "passed";
    case Status::missing: return "missing";
    case Status::no_compile: return "no-compile";
    case Status::failed: return "failed";
    case Status::crashed: return "crashed";
    case Status::hung: return "hung";
  }
  return "";
}

Coro<Verdict> Checker::check(Exercise exercise, std::string answers,
                             CheckOptions options) const {
  const auto start = steady_clock::now();
  Stage stage(toolchain_, exercise);
  Verdict verdict;
  bool staged = true;
  try {
    fill_stage(stage, exercise, answers);
  } catch (const std::system_error& error) {
    verdict = {Status::missing, std::string(error.what()) + "\n"};
    staged = false;
  }
  if (staged) {
    verdict = co_await check_staged(toolchain_, exercise, stage, options);
  }
  const std::string& shown = options.shown.empty() ? answers : options.shown;
  verdict.message = for_student(verdict.message, stage, shown);
  verdict.warnings = for_student(verdict.warnings, stage, shown);
  verdict.seconds =
      std::chrono::duration<double>(steady_clock::now() - start).count();
  co_return verdict;
}

}  // namespace learn
