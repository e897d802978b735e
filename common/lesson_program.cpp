#include "common/lesson_program.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <utility>

#include "common/program.hpp"

namespace lesson {
namespace {

// A program that hangs must not hang the check.
constexpr std::chrono::seconds limit{100};

bool is_twin(std::string_view program) { return program.ends_with(".py"); }

void check_outcome(const program::Outcome& outcome, int expected) {
  if (!outcome.hung && outcome.status == expected) return;
  std::string how = "exited with status " + std::to_string(outcome.status) +
                    ", not " + std::to_string(expected);
  if (outcome.hung) how = "ran for too long";
  const std::string printed = outcome.out + outcome.err;
  if (!printed.empty()) how += "; it printed:\n" + printed;
  throw Unexpected{std::move(how)};
}

}  // namespace

Command parse_command(const std::vector<std::string>& words) {
  Command command;
  for (const std::string& word : words) {
    const bool option =
        command.words.empty() && word.find('=') != std::string::npos;
    if (option && word.starts_with("exit=")) {
      std::from_chars(word.data() + 5, word.data() + word.size(), command.exit);
    } else if (option) {
      command.environment.push_back(word);
    } else {
      command.words.push_back(word);
    }
  }
  if (!command.words.empty() && command.words.back() == "2>&1") {
    command.words.pop_back();
    command.with_stderr = true;
  }
  if (command.words.empty()) throw Unexpected{"the block names no program"};
  return command;
}

std::string program_path(const Tree& tree, std::string_view program) {
  const std::string name(program);
  const std::string path = is_twin(program) ? tree.root + "/chapters/" + name
                                            : tree.build + "/chapters/" + name;
  for (const std::string& candidate : {path, tree.build + "/" + name}) {
    if (::access(candidate.c_str(), is_twin(program) ? R_OK : X_OK) == 0) {
      return candidate;
    }
  }
  throw Unexpected{"there is no program " + path};
}

std::string run_command(const Tree& tree, const Command& command,
                        std::string_view clock) {
  // The shell does the redirections, and env sets the variables.
  std::vector<std::string> words = {
      "/bin/sh",
      "-c",
      std::string("cd \"$1\" && shift && exec env \"$@\" </dev/null") +
          (command.with_stderr ? " 2>&1" : ""),
      "sh",
      tree.root,
      "LC_ALL=C",
      "COLUMNS=80",
      "NO_COLOR=1",
      "PYTHONDONTWRITEBYTECODE=1",
      "ASYNCIO_CLOCK=" + std::string(clock)};
  words.insert(words.end(), command.environment.begin(),
               command.environment.end());
  if (is_twin(command.words[0])) {
    words.push_back(tree.python);
    words.push_back(tree.root + "/common/run_twin.py");
  }
  words.push_back(program_path(tree, command.words[0]));
  words.insert(words.end(), command.words.begin() + 1, command.words.end());
  program::Program program(words);
  program::Outcome outcome = program.wait(limit);
  check_outcome(outcome, command.exit);
  return std::move(outcome.out);
}

}  // namespace lesson
