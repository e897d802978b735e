#include "exercises/learn/prediction.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "common/columns.hpp"
#include "common/lesson.hpp"
#include "common/text.hpp"

namespace learn {
namespace {

using Lines = std::vector<std::string>;

Lines lines_that_count(std::string_view text, bool comments) {
  Lines lines;
  for (const std::string& line : lesson::split_lines(text)) {
    const std::string_view words = web::trim(line);
    if (words.empty() || (comments && words.front() == '#')) continue;
    lines.emplace_back(words);
  }
  return lines;
}

// What usual.txt says about this guess, each on a line of its own.
std::string advice(std::string_view usual, std::size_t number,
                   const std::string& guess) {
  std::string said;
  const std::string begin = std::to_string(number) + " " + guess;
  for (const std::string& line : lesson::split_lines(usual)) {
    const std::size_t arrow = line.find("=>");
    if (arrow == line.npos || line.front() == '#') continue;
    if (web::trim(line.substr(0, arrow)) != begin) continue;
    said += std::string(web::trim(line.substr(arrow + 2))) + '\n';
  }
  return said;
}

std::string right_so_far(std::size_t lines) {
  if (lines == 0) return "";
  return columns::count(lines, "line") + (lines == 1 ? " is" : " are") +
         " right so far.\n";
}

}  // namespace

Guess judge_prediction(std::string_view printed, std::string_view predicted,
                       std::string_view usual) {
  const Lines want = lines_that_count(printed, false);
  const Lines guess = lines_that_count(predicted, true);
  for (std::size_t i = 0; i < std::max(want.size(), guess.size()); ++i) {
    const std::string came = i < want.size() ? want[i] : "(nothing more)";
    const std::string told = i < guess.size() ? guess[i] : "?";
    if (came == told && i < guess.size()) continue;
    if (told == "?" && i < want.size()) {  // it is not given away
      return {false, right_so_far(i) + "line " + std::to_string(i + 1) +
                         ": not predicted yet, and the program prints one\n"};
    }
    return {false, right_so_far(i) + "line " + std::to_string(i + 1) +
                       ": you predicted \"" + told +
                       "\", the program printed \"" + came + "\"\n" +
                       advice(usual, i + 1, told)};
  }
  return {true, "All " + columns::count(want.size(), "line") + " are right.\n"};
}

}  // namespace learn
