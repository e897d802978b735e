#include "exercises/learn/exercise.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

#include "common/arguments.hpp"
#include "common/lesson.hpp"
#include "common/text.hpp"
#include "exercises/learn/files.hpp"

namespace learn {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view dot = " · ";

[[noreturn]] void reject(const Exercise& exercise, const std::string& why) {
  throw std::runtime_error(exercise.folder + "/README.md: " + why);
}

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> parts;
  for (std::size_t end; (end = text.find(by)) != text.npos;) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + by.size());
  }
  parts.emplace_back(text);
  return parts;
}

// What stands between the two marks, or nothing.
std::string between(std::string_view text, std::string_view open,
                    std::string_view close) {
  const std::size_t begin = text.find(open);
  if (begin == text.npos) return {};
  const std::size_t end = text.find(close, begin + open.size());
  if (end == text.npos) return {};
  return std::string(
      text.substr(begin + open.size(), end - begin - open.size()));
}

Kind parse_kind(const Exercise& exercise, const std::string& word) {
  for (const Kind kind : {Kind::predict, Kind::fill, Kind::bug, Kind::build}) {
    if (word == kind_name(kind)) return kind;
  }
  reject(exercise, "no kind of exercise: " + web::quoted(word));
}

int parse_minutes(const Exercise& exercise, const std::string& words) {
  const int minutes = std::atoi(words.c_str());
  if (minutes < 1 || words != std::to_string(minutes) + " minutes") {
    reject(exercise, "not '15 minutes': " + web::quoted(words));
  }
  return minutes;
}

int points_for(const Exercise& exercise) {
  if (exercise.difficulty == "easy") return 1;
  if (exercise.difficulty == "medium") return 2;
  if (exercise.difficulty == "hard") return 3;
  reject(exercise, "not easy, medium or hard: " +
                       web::quoted(exercise.difficulty));
}

// "edit `a.hpp` and `b.cpp`": what stands in the quotes.
std::vector<std::string> parse_edits(const Exercise& exercise,
                                     std::string_view words) {
  if (!words.starts_with("edit `")) {
    reject(exercise, "does not say which file to edit");
  }
  const std::vector<std::string> parts = split(words, "`");
  std::vector<std::string> files;
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    if (parts[i].empty() || parts[i].find('/') != parts[i].npos) {
      reject(exercise, "no file's name: " + web::quoted(parts[i]));
    }
    files.push_back(parts[i]);
  }
  return files;
}

// *KIND · N minutes · DIFFICULTY · edit `FILE`[ · with AddressSanitizer]*
void parse_facts(Exercise& exercise, std::string_view line) {
  if (line.size() < 2 || line.front() != '*' || line.back() != '*') {
    reject(exercise, "line 3 is not *kind · minutes · difficulty · edit ...*");
  }
  const auto parts = split(line.substr(1, line.size() - 2), dot);
  if (parts.size() < 4 || parts.size() > 5) {
    reject(exercise, "line 3 has " + std::to_string(parts.size()) + " parts");
  }
  exercise.kind = parse_kind(exercise, parts[0]);
  exercise.minutes = parse_minutes(exercise, parts[1]);
  exercise.difficulty = parts[2];
  exercise.points = points_for(exercise);
  exercise.edits = parse_edits(exercise, parts[3]);
  if (parts.size() == 5) {
    if (parts[4] != "with AddressSanitizer") {
      reject(exercise, "not 'with AddressSanitizer': " + web::quoted(parts[4]));
    }
    exercise.sanitize = true;
  }
}

// Without the empty lines at its two ends.
std::string trim_lines(std::string_view text) {
  const std::size_t begin = text.find_first_not_of('\n');
  if (begin == text.npos) return {};
  const std::size_t end = text.find_last_not_of(" \n");
  return std::string(text.substr(begin, end + 1 - begin));
}

std::string joined(const Lines& lines, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) text += lines[i] + '\n';
  return trim_lines(text);
}

std::vector<Hint> parse_hints(std::string_view readme) {
  std::vector<Hint> hints;
  for (const std::string& part : split(readme, "<details>")) {
    Hint hint;
    hint.title = between(part, "<summary>", "</summary>");
    hint.text = trim_lines(between(part, "</summary>", "</details>"));
    std::replace(hint.title.begin(), hint.title.end(), '\n', ' ');
    if (!hint.title.empty()) hints.push_back(std::move(hint));
  }
  return hints;
}

// "05-callbacks": two digits, a line, a name.
bool is_chapter(const std::string& name) {
  return name.size() > 3 && web::is_digit(name[0]) && web::is_digit(name[1]) &&
         name[2] == '-';
}

bool is_numbered(const std::string& name) {
  return name.size() > 2 && web::is_digit(name[0]) && name[1] == '-';
}

}  // namespace

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::predict: return "predict";
    case Kind::fill: return "fill the gap";
    case Kind::bug: return "find the bug";
    case Kind::build: return "build a piece";
  }
  return "";
}

bool Exercise::is_edited(std::string_view file) const {
  return std::find(edits.begin(), edits.end(), file) != edits.end();
}

Exercise parse_exercise(std::string name, std::string folder,
                        std::string_view readme) {
  Exercise exercise;
  exercise.name = std::move(name);
  exercise.folder = std::move(folder);
  const Lines lines = lesson::split_lines(readme);
  if (lines.size() < 4 || !lines[0].starts_with("# ")) {
    reject(exercise, "does not begin with '# Title' and a line of facts");
  }
  exercise.title = lines[0].substr(2);
  parse_facts(exercise, lines[2]);
  std::size_t end = 3;
  while (end < lines.size() && !lines[end].starts_with("## ")) ++end;
  exercise.task = joined(lines, 3, end);
  exercise.hints = parse_hints(readme);
  return exercise;
}

Exercise read_exercise(const std::string& name, const std::string& folder) {
  return parse_exercise(name, folder,
                        lesson::read_file(folder + "/README.md"));
}

std::vector<Exercise> list_exercises(const std::string& root,
                                     std::string& faults) {
  std::vector<Exercise> all;
  for (const std::string& chapter : entries(root)) {
    if (!is_chapter(chapter)) continue;
    for (const std::string& name : entries(root + "/" + chapter)) {
      const std::string folder = root + "/" + chapter + "/" + name;
      if (!is_numbered(name) || !is_file(folder + "/README.md")) continue;
      try {
        all.push_back(read_exercise(chapter + "/" + name, folder));
      } catch (const std::runtime_error& error) {
        faults += std::string(error.what()) + "\n";
      }
    }
  }
  return all;
}

}  // namespace learn
