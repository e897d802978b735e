#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/lesson.hpp"
#include "common/text.hpp"
#include "exercises/learn/files.hpp"
#include "exercises/learn/proof.hpp"

namespace learn {
namespace {

std::string readme_faults(const Exercise& exercise) {
  std::string faults;
  const std::string path = exercise.folder + "/README.md";
  const std::string text = lesson::read_file(path);
  if (exercise.hints.size() != 3) faults += path + ": not three hints\n";
  for (const char* heading :
       {"\n## Why it matters\n", "\n## Hints\n", "\n## Stretch goal\n"}) {
    if (text.find(heading) != text.npos) continue;
    faults += path + ": has no heading" + heading;
  }
  if (exercise.task.empty()) faults += path + ": has no task\n";
  return faults;
}

bool names_file(const std::string& text, const std::string& name) {
  return text.find("\"" + name + "\"") != text.npos;
}

// A helper is a header that a file beside it names.
bool is_helper(const Exercise& exercise, const std::string& name) {
  for (const std::string& other : entries(exercise.folder)) {
    const std::string path = exercise.folder + "/" + other;
    if (other == name || !is_file(path)) continue;
    if (names_file(lesson::read_file(path), name)) return true;
  }
  return false;
}

bool belongs(const Exercise& exercise, const std::string& name) {
  if (name == "README.md" || exercise.is_edited(name)) return true;
  if (exercise.kind == Kind::predict && name == "usual.txt") return true;
  return name.ends_with(".cpp") || is_helper(exercise, name);
}

std::string stray_faults(const Toolchain& toolchain,
                         const Exercise& exercise) {
  std::string faults;
  const bool predict = exercise.kind == Kind::predict;
  const char* main_file = predict ? "program.cpp" : "test.cpp";
  if (!is_file(exercise.folder + "/" + main_file)) {
    faults += exercise.folder + ": has no " + main_file + "\n";
  }
  if (predict && exercise.edits != Names{"prediction.txt"}) {
    faults += exercise.folder + ": 'predict' edits prediction.txt alone\n";
  }
  for (const std::string& name : exercise.edits) {
    for (const std::string& folder :
         {exercise.folder, toolchain.solutions() + "/" + exercise.name}) {
      if (!is_file(folder + "/" + name)) {
        faults += folder + ": has no " + name + "\n";
      }
    }
  }
  for (const std::string& name : entries(exercise.folder)) {
    if (!belongs(exercise, name)) {
      faults += exercise.folder + "/" + name + ": a stray file\n";
    }
  }
  for (const std::string& name :
       entries(toolchain.solutions() + "/" + exercise.name)) {
    if (name == "README.md" || name == "wrong" || exercise.is_edited(name)) {
      continue;
    }
    faults += toolchain.solutions() + "/" + exercise.name + "/" + name +
              ": a stray file\n";
  }
  return faults;
}

int chapter_number(std::string_view path) {
  const bool is_chapter = path.size() > 3 && web::is_digit(path[0]) &&
                          web::is_digit(path[1]) && path[2] == '-';
  return is_chapter ? std::atoi(std::string(path).c_str()) : 0;
}

bool may_include(const Exercise& exercise, const std::string& path) {
  if (path.starts_with("common/") || path == "exercises/expect.hpp") {
    return true;
  }
  if (path.find('/') == path.npos) return is_file(exercise.folder + "/" + path);
  const int number = chapter_number(path);
  return number > 0 && number <= chapter_number(exercise.name);
}

std::string include_faults(const Exercise& exercise,
                           const std::string& folder) {
  std::string faults;
  for (const std::string& name : entries(folder)) {
    if (!name.ends_with(".cpp") && !name.ends_with(".hpp")) continue;
    int number = 0;
    for (const std::string& line :
         lesson::split_lines(lesson::read_file(folder + "/" + name))) {
      ++number;
      constexpr std::string_view begin = "#include \"";
      if (!line.starts_with(begin)) continue;
      const std::string rest = line.substr(begin.size());
      const std::string path = rest.substr(0, rest.find('"'));
      if (may_include(exercise, path)) continue;
      faults += folder + "/" + name + ":" + std::to_string(number) +
                ": may not include " + path + "\n";
    }
  }
  return faults;
}

// The place to edit is marked, and the solution has no mark left.
std::string mark_faults(const Toolchain& toolchain, const Exercise& exercise) {
  // Spelled in halves, since this file has nothing left to do.
  const std::string mark = exercise.kind == Kind::predict ? "?" : "TO" "DO";
  bool marked = false, left = false;
  for (const std::string& name : exercise.edits) {
    const std::string solved =
        toolchain.solutions() + "/" + exercise.name + "/" + name;
    const std::string given = exercise.folder + "/" + name;
    if (!is_file(given) || !is_file(solved)) return "";
    marked = marked || lesson::read_file(given).find(mark) != mark.npos;
    left = left || (exercise.kind != Kind::predict &&
                    lesson::read_file(solved).find(mark) != mark.npos);
  }
  std::string faults;
  if (!marked) faults += exercise.folder + ": no place is marked to edit\n";
  if (left) faults += exercise.name + ": the solution has a mark left\n";
  return faults;
}

}  // namespace

std::string file_faults(const Toolchain& toolchain, const Exercise& exercise) {
  return readme_faults(exercise) + stray_faults(toolchain, exercise) +
         include_faults(exercise, exercise.folder) +
         include_faults(exercise,
                        toolchain.solutions() + "/" + exercise.name) +
         mark_faults(toolchain, exercise);
}

}  // namespace learn
