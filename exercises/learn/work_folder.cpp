#include "exercises/learn/work_folder.hpp"

#include <chrono>
#include <stdexcept>
#include <system_error>

#include "common/arguments.hpp"
#include "common/lesson.hpp"
#include "common/text.hpp"
#include "exercises/learn/command.hpp"
#include "exercises/learn/files.hpp"

namespace learn {

using asyncio::Coro;

namespace {

std::string nearest_copy() {
  std::string folder = real_path(".");
  while (!is_file(folder + "/.learn")) {
    const std::string parent = parent_path(folder);
    if (parent == folder) return {};
    folder = parent;
  }
  return folder;
}

// Has at least one folder such as 05-callbacks.
bool has_exercises(const std::string& folder) {
  for (const std::string& name : entries(folder)) {
    if (name.size() > 3 && web::is_digit(name[0]) && name[2] == '-') {
      return true;
    }
  }
  return false;
}

}  // namespace

WorkFolder::WorkFolder(const Toolchain& toolchain, const std::string& in)
    : path_(in.empty() ? nearest_copy() : in) {
  if (path_.empty()) path_ = toolchain.exercises();
  if (!is_folder(path_)) {
    throw cli::UsageError("--in: no folder: " + web::quoted(path_));
  }
  is_course_ = same_file(path_, toolchain.exercises());
  keeps_state_ = is_course_ || is_file(state_path());
  if (!keeps_state_ && !has_exercises(path_)) {
    throw cli::UsageError("--in: " + web::quoted(path_) +
                          " has no exercises; 'learn copy DIR' makes a copy");
  }
  path_ = real_path(path_);  // so that it can be compared
  state_ = read_state(state_path());
}

std::string WorkFolder::shown(const Exercise& exercise) const {
  return path_from_here(folder(exercise));
}

void WorkFolder::set_current(const Exercise& exercise) {
  if (state_.current == exercise.name) return;
  state_.current = exercise.name;
  save();
}

void WorkFolder::set_done(const Exercise& exercise, bool done) {
  if (state_.is_done(exercise.name) == done) return;
  if (done) {
    state_.done.insert(exercise.name);
  } else {
    state_.done.erase(exercise.name);
  }
  save();
}

void WorkFolder::save() {
  if (keeps_state_) write_state(state_path(), state_);
}

namespace {

// The file as git has it. What git says when it cannot is worth reading.
Coro<std::string> from_git(std::string folder, std::string file) {
  Command command({"git", "show", "HEAD:./" + file});
  command.folder = folder;
  Finished git;
  std::string cause;
  try {
    git = co_await run_command(command, std::chrono::seconds(60));
    if (git.returncode != 0) cause = git.output;
  } catch (const std::system_error& error) {
    cause = std::string(error.what()) + "\n";  // there is no git
  }
  if (!cause.empty()) {
    throw std::runtime_error(
        "git does not give " + file + " as it was handed out: " + cause +
        "Take it from a fresh copy of the course, or make your own folder "
        "with 'learn copy DIR'.");
  }
  co_return git.output;
}

}  // namespace

Coro<void> WorkFolder::reset(Exercise exercise) {
  // First all are read, so that either all are written or none.
  std::vector<std::string> texts;
  for (const std::string& file : exercise.edits) {
    std::string text;
    if (is_course_) {
      text = co_await from_git(exercise.folder, file);
    } else {
      text = lesson::read_file(exercise.folder + "/" + file);
    }
    texts.push_back(text);
  }
  make_folders(folder(exercise));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    write_file(folder(exercise) + "/" + exercise.edits[i], texts[i]);
  }
  set_done(exercise, false);
}

namespace {

void check_may_copy(const Toolchain& toolchain, const std::string& to) {
  if (!lesson::exists(to)) return;
  if (!is_folder(to)) {
    throw cli::UsageError("copy: no folder: " + web::quoted(to));
  }
  if (same_file(to, toolchain.exercises())) {
    throw cli::UsageError("copy: " + web::quoted(to) + " is the course itself");
  }
  if (!is_file(to + "/.learn") && !entries(to).empty()) {
    throw cli::UsageError("copy: " + web::quoted(to) +
                          " has files and is no copy of the exercises");
  }
}

void copy_one(const Exercise& exercise, const std::string& folder,
              Copied& copied) {
  if (!is_folder(folder)) ++copied.added;
  make_folders(folder);
  for (const std::string& name : entries(exercise.folder)) {
    const std::string from = exercise.folder + "/" + name;
    const std::string to = folder + "/" + name;
    if (!is_file(from)) continue;
    const bool there = lesson::exists(to);
    if (there && exercise.is_edited(name)) {
      ++copied.kept;
      continue;
    }
    const std::string text = lesson::read_file(from);
    if (there && lesson::read_file(to) == text) continue;
    if (there) ++copied.refreshed;
    write_file(to, text);
  }
}

}  // namespace

Copied copy_exercises(const Toolchain& toolchain,
                      const std::vector<Exercise>& exercises,
                      const std::string& to) {
  check_may_copy(toolchain, to);
  Copied copied;
  make_folders(to);
  const std::string state = to + "/.learn";
  if (!is_file(state)) write_state(state, {});
  for (const Exercise& exercise : exercises) {
    copy_one(exercise, to + "/" + exercise.name, copied);
  }
  return copied;
}

}  // namespace learn
