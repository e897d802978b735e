// A Picture is what learn shows while it watches, as plain values, and
// compose() makes lines of it that fit the terminal.
//
// Pure functions; any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exercises/learn/look.hpp"

namespace learn {

struct Picture {
  std::size_t done = 0, all = 0;  // exercises
  std::string title, facts;
  std::vector<std::string> paths;  // "Edit: ...", "Task: ..."
  std::string text;     // the task, or a hint
  Colour colour = Colour::plain;
  std::string status;   // "test failed (0.8 s)"
  std::string message;  // the compiler's words, or the test's
  std::string more;     // how to see a message that is too long
  std::string footer;   // the keys, or a question
};

// At most look.rows lines of at most look.columns.
std::vector<std::string> compose(const Look& look, const Picture& picture);

// The task's first paragraph, with what it leads to if it ends in a colon.
std::string first_paragraph(std::string_view text);

// What a test said, without the claims that hold.
std::string failures_only(std::string_view message);

// What stands above the first claim: the compiler's warnings.
std::string before_claims(std::string_view message);

}  // namespace learn
