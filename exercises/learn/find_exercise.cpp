#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/arguments.hpp"
#include "common/text.hpp"
#include "exercises/learn/exercise.hpp"

namespace learn {
namespace {

bool is_number(std::string_view word) {
  for (const char c : word) {
    if (!web::is_digit(c)) return false;
  }
  return !word.empty();
}

// "5", "05" and "05-ca" begin "05-callbacks"; "1" does not begin "11-gather".
bool begins(std::string_view name, std::string_view word) {
  if (!is_number(word)) return name.starts_with(word);
  while (word.starts_with('0')) word.remove_prefix(1);
  while (name.starts_with('0')) name.remove_prefix(1);
  return name.substr(0, name.find('-')) == word;
}

// Each part begins one part of the name: "05/2" fits "05-callbacks/2-jitter".
bool begins_parts(const Exercise& exercise, std::string_view word) {
  const std::size_t slash = word.find('/');
  if (slash == word.npos) return false;
  return begins(exercise.chapter(), word.substr(0, slash)) &&
         begins(exercise.short_name(), word.substr(slash + 1));
}

// "jitter" is all of "2-jitter" but its number.
bool is_bare_name(const Exercise& exercise, std::string_view word) {
  const std::string name = exercise.short_name();
  return name == word || std::string_view(name).substr(2) == word;
}

// The shape in which an exercise is named: a path may be given, as a shell
// completes it.
std::string_view without_path(std::string_view word) {
  while (word.starts_with("./")) word.remove_prefix(2);
  constexpr std::string_view folder = "exercises/";
  const std::size_t at = word.rfind(folder);
  if (at != word.npos) word.remove_prefix(at + folder.size());
  while (word.ends_with('/')) word.remove_suffix(1);
  return word;
}

using Candidates = std::vector<const Exercise*>;

template <class Fits>
Candidates those_that_fit(const std::vector<Exercise>& all, Fits fits) {
  Candidates found;
  for (const Exercise& exercise : all) {
    if (fits(exercise)) found.push_back(&exercise);
  }
  return found;
}

[[noreturn]] void reject_several(std::string_view word,
                                 const Candidates& candidates) {
  std::string message = web::quoted(word) + " may be any of these:";
  for (const Exercise* one : candidates) message += "\n  " + one->name;
  throw cli::UsageError(message);
}

}  // namespace

const Exercise& find_exercise(const std::vector<Exercise>& all,
                              std::string_view name) {
  const std::string_view word = without_path(name);
  const std::function<bool(const Exercise&)> ways[] = {
      [&](const Exercise& one) { return one.name == word; },
      [&](const Exercise& one) { return begins_parts(one, word); },
      [&](const Exercise& one) { return is_bare_name(one, word); },
      [&](const Exercise& one) {
        return one.name.find(word) != std::string::npos;
      }};
  for (const auto& fits : ways) {
    const Candidates found = those_that_fit(all, fits);
    if (word.empty() || found.empty()) continue;
    if (found.size() > 1) reject_several(name, found);
    return *found.front();
  }
  throw cli::UsageError("no exercise has " + web::quoted(name) +
                        " in its name; 'learn list' shows all");
}

}  // namespace learn
