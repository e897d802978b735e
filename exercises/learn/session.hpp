// A Session is what every command works with: the course, the student's
// folder, the terminal.
//
// Ownership: main()'s, for the whole run. One thread.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "exercises/learn/checker.hpp"
#include "exercises/learn/exercise.hpp"
#include "exercises/learn/look.hpp"
#include "exercises/learn/work_folder.hpp"

namespace learn {

// What the command line asks for.
struct Request {
  std::string program = "learn";  // as it was called
  std::string command;            // empty: watch
  std::vector<std::string> words;
  std::string in;
  std::chrono::nanoseconds limit = std::chrono::seconds(20);
  int jobs = 1;
  bool all = false;
  bool json = false;
  bool yes = false;
  bool anyway = false;
};

struct Session {
  Session(const Toolchain& toolchain, Request asked);
  Session(const Session&) = delete;

  // The exercise of that name; without a name, the current one.
  const Exercise& named(const std::string& word) const;
  const Exercise& the_one() const;  // of the only word there may be
  const Exercise* current() const;  // nullptr: none, or an unknown one
  const Exercise* after(const Exercise& exercise, int steps) const;
  const Exercise* next_open(const Exercise& exercise) const;  // from there on
  int done() const;

  asyncio::Coro<Verdict> check(Exercise exercise) const;

  const Request request;
  const Checker checker;
  const std::vector<Exercise> exercises;
  WorkFolder work;
  const Look look;
};

// The path of the first file to edit, as it is typed here.
std::string file_to_edit(const Session& session, const Exercise& exercise);

// learn with these words as it is typed here: "build/learn check --in DIR".
std::string typed(const Session& session, const std::string& words);

// "find the bug, 15 minutes, medium"
std::string facts(const Exercise& exercise);

}  // namespace learn
