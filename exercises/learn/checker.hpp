// A Checker builds an exercise with somebody's answer, runs its test, and says
// what came of it. The exercise comes from the course, the answer's files, and
// no others, from the folder of whoever is checked: a test that was "mended"
// at home changes nothing.
//
//   Checker checker(read_toolchain(path));
//   Verdict verdict = co_await checker.check(exercise, folder);
//
// It works in a folder of its own below build/exercises/work, which it deletes
// again. Any number of checks may be under way at once. Cancelling a check
// ends its processes, and returns after that.
//
// Thread: the loop's.

#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "05-callbacks/clock.hpp"
#include "08-coroutines/coro.hpp"
#include "exercises/learn/exercise.hpp"
#include "exercises/learn/toolchain.hpp"

namespace learn {

enum class Status {
  passed,
  missing,     // an answer's file is not there
  no_compile,
  failed,
  crashed,
  hung,
};

const char* status_name(Status status);  // "does not compile"
const char* status_word(Status status);  // "no-compile", for programs

struct Verdict {
  Status status = Status::failed;
  std::string message;  // for the student; may have several lines
  std::string warnings{};  // the compiler's, where it built the answer
  double seconds = 0;

  bool passed() const { return status == Status::passed; }
};

struct CheckOptions {
  CheckOptions() {}
  asyncio::Duration limit = std::chrono::seconds(20);  // for the test's run
  bool strict = false;    // a warning is an error
  bool sanitize = false;  // even if the exercise does not ask for it
  std::string shown;      // what messages call the folder; default: its path
};

class Checker {
 public:
  explicit Checker(Toolchain toolchain) : toolchain_(std::move(toolchain)) {}

  // `answers` is the folder that has the edited files. REQUIRES: the Checker
  // outlives the call.
  asyncio::Coro<Verdict> check(Exercise exercise, std::string answers,
                               CheckOptions options = {}) const;

  const Toolchain& toolchain() const { return toolchain_; }

 private:
  Toolchain toolchain_;
};

}  // namespace learn
