// A prediction is a student's guess of what a program prints, line for line.
// Empty lines and lines that begin with '#' do not count.
//
// usual.txt has a word for the usual wrong guesses: "3 second => where to
// look" is said of somebody whose line 3 is "second".
//
// Pure functions; any thread.

#pragma once

#include <string>
#include <string_view>

namespace learn {

struct Guess {
  bool right = false;
  std::string message;  // the first line that is wrong
};

Guess judge_prediction(std::string_view printed, std::string_view predicted,
                       std::string_view usual = {});

}  // namespace learn
