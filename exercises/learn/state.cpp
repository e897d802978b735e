#include "exercises/learn/state.hpp"

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "common/lesson.hpp"
#include "common/text.hpp"
#include "exercises/learn/files.hpp"

namespace learn {
namespace {

[[noreturn]] void reject(const std::string& path, int number,
                         const std::string& line) {
  throw std::runtime_error(
      path + ":" + std::to_string(number) +
      ": is damaged: neither 'current NAME' nor 'done NAME': " +
      web::quoted(line, 40) +
      "\nMend that line, or delete the file to begin with nothing done.");
}

}  // namespace

State parse_state(std::string_view text, const std::string& path) {
  State state;
  int number = 0;
  for (const std::string& line : lesson::split_lines(text)) {
    ++number;
    const std::vector<std::string> words = lesson::split_words(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words.size() != 2) reject(path, number, line);
    if (words[0] == "current") {
      state.current = words[1];
    } else if (words[0] == "done") {
      state.done.insert(words[1]);
    } else {
      reject(path, number, line);
    }
  }
  return state;
}

std::string format_state(const State& state) {
  std::string text =
      "# Where you are in the course. build/learn writes this file.\n";
  if (!state.current.empty()) text += "current " + state.current + "\n";
  for (const std::string& name : state.done) text += "done " + name + "\n";
  return text;
}

State read_state(const std::string& path) {
  if (!lesson::exists(path)) return {};
  return parse_state(lesson::read_file(path), path);
}

void write_state(const std::string& path, const State& state) {
  write_file(path, format_state(state));
}

}  // namespace learn
