// A State is where a student is in the course: the file .learn in the folder
// with the exercises, which a person can read and mend.
//
//   # Where you are in the course. build/learn writes this file.
//   current 05-callbacks/2-jitter
//   done 01-blocking-socket/1-chunks
//
// A file with any other line is damaged: it is a std::runtime_error that names
// the line, and stays as it is. Names that the course does not know are kept:
// it may know them again.
//
// A plain value; any thread.

#pragma once

#include <set>
#include <string>
#include <string_view>

namespace learn {

struct State {
  std::string current;  // may be empty
  std::set<std::string> done;

  bool is_done(const std::string& name) const { return done.contains(name); }
};

State parse_state(std::string_view text, const std::string& path);
std::string format_state(const State& state);

// Of a file that does not exist: nothing is done.
State read_state(const std::string& path);
void write_state(const std::string& path, const State& state);

}  // namespace learn
