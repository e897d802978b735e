// lesson_program.hpp runs the program that a block of output names.
//
//   output 05-callbacks/call_family --fast
//   output ASYNCIO_SELECTOR=poll exit=1 09-futures/lost 2>&1
//
// The program is a path below build/chapters or build/, or a Python twin
// (10-tasks/schedule.py) below chapters/. Words before it that hold a `=` are
// its environment; `exit=N` is the exit status to expect, 0 unless said; a last
// word 2>&1 adds what it prints on stderr. It reads nothing, in the C locale.
//
// For one thread at a time: it forks. A program that cannot be found or ends in
// another way than expected is an Unexpected, whose text says how.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lesson {

// Where a lesson's files and programs stand.
struct Tree {
  std::string root;    // the repository
  std::string build;   // its build tree
  std::string python;  // Python 3.12 or later, or empty: twins are not run
};

struct Unexpected {
  std::string what;
};

struct Command {
  std::vector<std::string> environment;  // NAME=VALUE
  std::vector<std::string> words;        // the program and its arguments
  int exit = 0;
  bool with_stderr = false;
};

Command parse_command(const std::vector<std::string>& words);

// The file of a program; throws Unexpected when it has not been built.
std::string program_path(const Tree& tree, std::string_view program);

// What it prints. ASYNCIO_CLOCK is `clock` unless the command sets it.
std::string run_command(const Tree& tree, const Command& command,
                        std::string_view clock);

}  // namespace lesson
