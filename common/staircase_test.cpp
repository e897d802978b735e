// The staircase: a chapter stands on lower chapters and on common/, never on a
// higher one. Further claims here keep the whole tree in one shape. Each fault
// is printed as FILE:LINE: WHAT.

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "common/source_tree.hpp"
#include "common/test.hpp"
#include "common/text.hpp"

namespace {

using source_tree::File;

constexpr std::size_t longest_file = 500;
constexpr std::size_t longest_line = 80;
constexpr const char* umbrella = "chapters/asyncio.hpp";
constexpr const char* private_mark = "Private to this chapter";
constexpr const char* aside_mark = "Not part of the library";

const std::vector<File>& files() {
  static const std::vector<File> all = source_tree::read(source_tree::root());
  return all;
}

bool is_one_of(std::string_view word, std::vector<std::string_view> words) {
  for (const std::string_view candidate : words) {
    if (candidate == word) return true;
  }
  return false;
}

bool is_code(const File& file) {
  return is_one_of(file.extension(), {"hpp", "cpp", "py", "cmake", "sh"}) ||
         file.name() == "CMakeLists.txt";
}

bool in_common(const File& file) { return file.folder() == "common"; }

bool contains(const File& file, std::string_view text) {
  for (const std::string& line : file.lines) {
    if (line.find(text) != line.npos) return true;
  }
  return false;
}

// The file that an include names: below chapters/ or below the root.
const File* find(const std::string& path) {
  for (const File& file : files()) {
    if (file.path == path || file.path == "chapters/" + path) return &file;
  }
  return nullptr;
}

// What an exercise, a solution or a wrong answer includes without a folder
// stands beside the exercise's test.
const File* find_beside(const File& file, const std::string& name) {
  std::string folder = file.folder();
  if (folder.starts_with("solutions/")) folder.replace(0, 9, "exercises");
  const std::size_t wrong = folder.find("/wrong/");
  return find(folder.substr(0, wrong) + "/" + name);
}

bool includes(const File& file, const File& header) {
  for (const auto& include : file.includes) {
    if (find(include.path) == &header) return true;
  }
  return false;
}

std::string at(const File& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what) +
         "\n";
}

// Prints the faults, all of them: CHECK_EQ would shorten a long text.
void check_none(const std::string& faults) {
  std::fputs(faults.c_str(), stdout);
  CHECK(faults.empty());
}

// `mark` stands in the file as a word: mkstemp's XXXXXX is not three of them.
bool says(const File& file, const std::string& mark) {
  for (const std::string& line : file.lines) {
    const std::size_t found = line.find(mark);
    if (found == line.npos) continue;
    const std::size_t end = found + mark.size();
    const bool longer = (found != 0 && web::is_alnum(line[found - 1])) ||
                        (end != line.size() && web::is_alnum(line[end]));
    if (!longer) return true;
  }
  return false;
}

// Adds what `file` includes, and what that includes.
void reach(const File* file, std::vector<const File*>& reached) {
  for (const File* old : reached) {
    if (old == file) return;
  }
  reached.push_back(file);
  for (const auto& include : file->includes) {
    if (const File* next = find(include.path)) reach(next, reached);
  }
}

// In characters, not bytes: a UTF-8 sequence has one byte that is no 10xxxxxx.
std::size_t columns(std::string_view line) {
  std::size_t n = 0;
  for (const char c : line) n += (c & 0xC0) != 0x80;
  return n;
}

}  // namespace

TEST("a file includes no higher chapter, and one in common/ no chapter") {
  std::string faults;
  for (const File& file : files()) {
    const int stage = file.chapter() + file.exercise();
    if (stage == 0 && !in_common(file)) continue;
    for (const auto& include : file.includes) {
      const File* header = find(include.path);
      if (header != nullptr && header->chapter() > stage) {
        faults += at(file, static_cast<std::size_t>(include.line),
                     include.path + " is a higher chapter's");
      }
    }
  }
  check_none(faults);
}

TEST("an include names the folder and a file that exists") {
  std::string faults;
  for (const File& file : files()) {
    for (const auto& include : file.includes) {
      const auto line = static_cast<std::size_t>(include.line);
      if (file.exercise() != 0 && find_beside(file, include.path)) continue;
      if (include.path.find('/') == include.path.npos) {
        faults += at(file, line, include.path + " names no folder");
      } else if (find(include.path) == nullptr) {
        faults += at(file, line, include.path + " does not exist");
      }
    }
  }
  check_none(faults);
}

TEST("asyncio.hpp is complete: it leads to every header of the library") {
  const File* whole = find(umbrella);
  CHECK(whole != nullptr);
  std::vector<const File*> reached;
  reach(whole, reached);
  std::string faults;
  for (const File& file : files()) {
    if (file.chapter() == 0 || file.extension() != "hpp") continue;
    bool found = contains(file, private_mark) || contains(file, aside_mark);
    for (const File* header : reached) found = found || header == &file;
    if (!found) faults += at(file, 1, "is not reached from asyncio.hpp");
  }
  check_none(faults);
}

TEST("a header that is private to its chapter is included by no other") {
  std::string faults;
  for (const File& header : files()) {
    if (header.chapter() == 0 || header.extension() != "hpp") continue;
    if (!contains(header, private_mark)) continue;
    for (const File& file : files()) {
      if (file.chapter() != header.chapter() && includes(file, header)) {
        faults += at(file, 1, "includes the private " + header.path);
      }
    }
  }
  check_none(faults);
}

TEST("a header opens with a comment and is included once") {
  std::string faults;
  for (const File& file : files()) {
    if (file.extension() != "hpp") continue;
    bool opens = false;
    for (std::size_t i = 0; i < 25 && i < file.lines.size(); ++i) {
      opens = opens || file.lines[i].starts_with("// ");
    }
    if (!opens) faults += at(file, 1, "does not open with a comment");
    if (!contains(file, "#pragma once")) {
      faults += at(file, 1, "has no #pragma once");
    }
  }
  check_none(faults);
}

TEST("a file is at most 500 lines long, and a line 80 columns") {
  std::string faults;
  for (const File& file : files()) {
    if (!is_code(file)) continue;
    if (file.lines.size() > longest_file) {
      faults += at(file, file.lines.size(), "is the file's last line");
    }
    for (std::size_t i = 0; i != file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const bool quotes = line.starts_with("// The test says: ");
      if (columns(line) > longest_line && !quotes) {
        faults += at(file, i + 1, "is longer than 80 columns");
      }
      if (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
        faults += at(file, i + 1, "ends in a space");
      }
    }
  }
  check_none(faults);
}

TEST("nothing is left to do, outside of the exercises") {
  // Spelled in halves, or this file would be found.
  const std::vector<std::string> marks = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X"};
  std::string faults;
  for (const File& file : files()) {
    if (file.exercise() != 0 || !is_code(file)) continue;
    for (const std::string& mark : marks) {
      if (says(file, mark)) faults += at(file, 1, "has a " + mark);
    }
  }
  check_none(faults);
}

// The crawl of chapter 19 would be that of chapter 18: a database changes what
// is done with pages, and nothing about how they are waited for.
TEST("a chapter has a lesson and a crawl") {
  std::string faults;
  std::string folder;
  for (const File& file : files()) {
    if (file.chapter() == 0 || file.folder() == folder) continue;
    folder = file.folder();
    for (const char* name : {"/README.md", "/crawl.cpp", "/CMakeLists.txt"}) {
      if (file.chapter() == 19 && name == std::string_view("/crawl.cpp")) {
        continue;
      }
      if (find(folder + name) == nullptr)
        faults += folder + name + ": missing\n";
    }
  }
  check_none(faults);
}

TEST("a chapter declares each of its sources") {
  std::string faults;
  for (const File& file : files()) {
    if (file.chapter() == 0 || file.extension() != "cpp") continue;
    const File* declared = find(file.folder() + "/CMakeLists.txt");
    if (declared == nullptr || !contains(*declared, file.stem())) {
      faults += at(file, 1, "is not declared in CMakeLists.txt");
    }
  }
  check_none(faults);
}

TEST("an exercise has a solution, and its chapter's lesson leads to it") {
  std::string faults;
  for (const File& file : files()) {
    if (file.exercise() == 0 || file.name() != "README.md") continue;
    const std::string folder = file.folder();
    const std::string piece = folder.substr(folder.find('/'));
    const std::string chapter = piece.substr(0, piece.rfind('/'));
    for (const char* top : {"exercises", "solutions"}) {
      if (find(top + piece + "/README.md") == nullptr) {
        faults += at(file, 1, "has no " + (top + piece));
      }
    }
    const File* lesson = find("chapters" + chapter + "/README.md");
    if (lesson == nullptr || !contains(*lesson, "exercises" + piece)) {
      faults += at(file, 1, "is not in the lesson of" + chapter);
    }
  }
  check_none(faults);
}

TEST("a Python twin stands beside its program and its output") {
  std::string faults;
  for (const File& file : files()) {
    if (file.chapter() == 0 || !is_one_of(file.extension(), {"py", "out"})) {
      continue;
    }
    if (file.stem() == "benchmark") continue;  // its figures are no output
    for (const char* extension : {".cpp", ".py", ".out"}) {
      if (find(file.folder() + "/" + file.stem() + extension) == nullptr) {
        faults += at(file, 1, "has no twin " + file.stem() + extension);
      }
    }
  }
  check_none(faults);
}

TEST("README.md leads to every lesson, and a lesson to each of its pictures") {
  const File* front = find("README.md");
  CHECK(front != nullptr);
  std::string faults;
  for (const File& file : files()) {
    if (file.chapter() == 0) continue;
    if (file.name() == "README.md" && !contains(*front, file.folder())) {
      faults += at(*front, 1, "does not lead to " + file.path);
    }
    const File* lesson = find(file.folder() + "/README.md");
    if (file.extension() == "svg" && lesson != nullptr &&
        !contains(*lesson, file.name())) {
      faults += at(*lesson, 1, "does not show " + file.name());
    }
  }
  check_none(faults);
}
