// An Exercise is one folder below exercises/, as its README.md describes it:
//
//   # Exactly n bytes
//
//   *fill the gap · 15 minutes · easy · edit `recv_exactly.hpp`*
//
//   The task ...
//
//   ## Hints
//
//   <details><summary>Hint 1: what one call gives</summary> ... </details>
//
// Plain values; any thread. A README that is not of this shape is a
// std::runtime_error "PATH: CAUSE".

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace learn {

enum class Kind { predict, fill, bug, build };

struct Hint {
  std::string title;  // "Hint 1: what one call gives"
  std::string text;
};

struct Exercise {
  std::string name;    // "05-callbacks/2-jitter"
  std::string folder;  // where the course keeps it
  std::string title;
  Kind kind = Kind::fill;
  int minutes = 0;
  std::string difficulty;  // easy, medium, hard
  int points = 0;          // 1, 2, 3
  bool sanitize = false;   // its test is built with AddressSanitizer
  std::vector<std::string> edits;  // the files that a student edits
  std::string task;                // what stands above the first "##"
  std::vector<Hint> hints;

  std::string chapter() const { return name.substr(0, name.find('/')); }
  std::string short_name() const { return name.substr(name.find('/') + 1); }
  bool is_edited(std::string_view file) const;
};

const char* kind_name(Kind kind);  // "fill the gap"

// Reads `folder`/README.md.
Exercise read_exercise(const std::string& name, const std::string& folder);
Exercise parse_exercise(std::string name, std::string folder,
                        std::string_view readme);

// Every exercise below `root`, by chapter and number. One that cannot be read
// is left out, and `faults` gets a line that says why.
std::vector<Exercise> list_exercises(const std::string& root,
                                     std::string& faults);

// The exercise that a person means by "05-callbacks/2-jitter", "05/2",
// "jitter" or "exercises/05-callbacks/2-jitter/". Throws cli::UsageError that
// names the candidates if none or several fit.
const Exercise& find_exercise(const std::vector<Exercise>& all,
                              std::string_view name);

}  // namespace learn
