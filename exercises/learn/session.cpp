#include "exercises/learn/session.hpp"

#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "common/arguments.hpp"

namespace learn {

namespace {

std::vector<Exercise> list_and_complain(const Toolchain& toolchain) {
  std::string faults;
  std::vector<Exercise> all = list_exercises(toolchain.exercises(), faults);
  std::fputs(faults.c_str(), stderr);
  if (all.empty()) {
    throw std::runtime_error(toolchain.exercises() + " has no exercises");
  }
  return all;
}

}  // namespace

Session::Session(const Toolchain& toolchain, Request asked)
    : request(std::move(asked)),
      checker(toolchain),
      exercises(list_and_complain(toolchain)),
      work(checker.toolchain(), request.in),
      look(look_at(1)) {}

const Exercise& Session::named(const std::string& word) const {
  return find_exercise(exercises, word);
}

const Exercise& Session::the_one() const {
  if (request.words.size() > 1) {
    throw cli::UsageError(request.command + ": takes one name");
  }
  if (!request.words.empty()) return named(request.words[0]);
  const Exercise* one = current();
  if (one == nullptr) {
    throw cli::UsageError(request.command +
                          ": which exercise? 'learn list' shows all");
  }
  return *one;
}

const Exercise* Session::current() const {
  for (const Exercise& one : exercises) {
    if (one.name == work.state().current) return &one;
  }
  return nullptr;
}

const Exercise* Session::after(const Exercise& exercise, int steps) const {
  const auto at = &exercise - exercises.data() + steps;
  const auto all = static_cast<std::ptrdiff_t>(exercises.size());
  return at < 0 || at >= all ? nullptr
                             : &exercises[static_cast<std::size_t>(at)];
}

const Exercise* Session::next_open(const Exercise& exercise) const {
  for (const Exercise* one = &exercise; one != nullptr; one = after(*one, 1)) {
    if (!work.is_done(*one)) return one;
  }
  for (const Exercise& one : exercises) {
    if (!work.is_done(one)) return &one;
  }
  return nullptr;
}

int Session::done() const {
  int count = 0;
  for (const Exercise& one : exercises) count += work.is_done(one);
  return count;
}

asyncio::Coro<Verdict> Session::check(Exercise exercise) const {
  CheckOptions options;
  options.limit = request.limit;
  options.shown = work.shown(exercise);
  return checker.check(exercise, work.folder(exercise), options);
}

std::string file_to_edit(const Session& session, const Exercise& exercise) {
  return session.work.shown(exercise) + "/" + exercise.edits.front();
}

std::string typed(const Session& session, const std::string& words) {
  std::string line = session.request.program;
  if (!words.empty()) line += " " + words;
  const std::string& in = session.request.in;
  if (in.empty()) return line;
  const bool odd = in.find_first_of(" ()&;$\"*?") != in.npos;
  return line + " --in " + (odd ? "'" + in + "'" : in);
}

std::string facts(const Exercise& exercise) {
  return std::string(kind_name(exercise.kind)) + ", " +
         std::to_string(exercise.minutes) + " minutes, " + exercise.difficulty;
}

}  // namespace learn
