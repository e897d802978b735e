// A WorkFolder is where a student's answers stand: the course's own exercises/
// folder, or a copy of it. It holds the same NN-chapter/M-name/ folders, and
// the state in its file .learn.
//
// One thread. Errors are std::system_error, std::runtime_error where the words
// need more room, and cli::UsageError for a folder that will not do.

#pragma once

#include <string>
#include <vector>

#include "08-coroutines/coro.hpp"
#include "exercises/learn/exercise.hpp"
#include "exercises/learn/state.hpp"
#include "exercises/learn/toolchain.hpp"

namespace learn {

class WorkFolder {
 public:
  // `in` if it is given; else the nearest folder from here upwards that holds
  // a .learn; else the course's own.
  WorkFolder(const Toolchain& toolchain, const std::string& in);

  const std::string& path() const { return path_; }
  // The folder of one exercise, and how a person would name it here.
  std::string folder(const Exercise& exercise) const {
    return path_ + "/" + exercise.name;
  }
  std::string shown(const Exercise& exercise) const;

  const State& state() const { return state_; }
  bool is_done(const Exercise& exercise) const {
    return state_.is_done(exercise.name);
  }

  // Each writes the file .learn; not in a folder that has none and is not the
  // course's, such as what a student handed in.
  void set_current(const Exercise& exercise);
  void set_done(const Exercise& exercise, bool done);

  // Puts the files to edit back as they were handed out: from the course, or,
  // where this is the course's own folder, from git.
  asyncio::Coro<void> reset(Exercise exercise);

 private:
  std::string state_path() const { return path_ + "/.learn"; }
  void save();

  std::string path_;
  State state_;
  bool is_course_ = false;
  bool keeps_state_ = false;
};

// What copying did.
struct Copied {
  int added = 0;      // exercises
  int refreshed = 0;  // texts and tests that were not as in the course
  int kept = 0;       // files to edit that were there
};

// Makes a copy of the exercises in `to`, or brings one up to date: texts and
// tests become the course's, files to edit stay as they are.
Copied copy_exercises(const Toolchain& toolchain,
                      const std::vector<Exercise>& exercises,
                      const std::string& to);

}  // namespace learn
