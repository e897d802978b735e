// A Terminal is the student's terminal while learn watches: keys come one by
// one and unseen, and the picture stands on a screen of its own, so that what
// was there before comes back in the end.
//
// It leaves the terminal as it found it, by leave() or its destructor. One
// exists at a time. One thread. A terminal that is gone is no error: the end
// of its input says so.

#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "exercises/learn/look.hpp"

namespace learn {

class Terminal {
 public:
  // Keys come from `in`, the picture goes to `out`. It begins outside: enter().
  Terminal(int in, int out) : in_(in), out_(out) {}
  Terminal(const Terminal&) = delete;
  ~Terminal() { leave(); }

  void enter();
  void leave();
  // Once more, after somebody else has used the terminal: a stopped job's
  // shell leaves it as it likes.
  void again();

  // Shows these lines and nothing else.
  void draw(const Look& look, const std::vector<std::string>& lines);

  // The keys that have been pressed, "" at the end of the input. An arrow or
  // another key of several bytes is left out. REQUIRES: there is something to
  // read.
  std::string read_keys(bool& end) const;

 private:
  void apply();
  void write(const std::string& text) const;

  const int in_;
  const int out_;
  termios before_{};
  bool entered_ = false;
  bool on_its_screen_ = false;
};

}  // namespace learn
