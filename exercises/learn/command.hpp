// command.hpp runs one program to its end, or to its limit, in a process group
// of its own: what a student's program starts, too, is gone afterwards.
//
// Thread: the loop's.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "05-callbacks/clock.hpp"
#include "08-coroutines/coro.hpp"

namespace learn {

// A BoundedText keeps the beginning and the end of what may be endless.
class BoundedText {
 public:
  explicit BoundedText(std::size_t most = 64 * 1024) : half_(most / 2) {}
  void append(std::string_view more);
  std::string text() const;  // a line in the middle says what is left out

 private:
  std::size_t half_;
  std::string head_, tail_;
  std::size_t left_out_ = 0;
};

// A type with a constructor, so that it may be a temporary in an await.
struct Command {
  explicit Command(std::vector<std::string> args) : words(std::move(args)) {}
  std::vector<std::string> words;
  std::string folder;           // where it starts
  std::vector<std::string> env;  // in place of this process's, if not empty
  bool errors_too = true;       // keep what it writes to standard error
};

struct Finished {
  int returncode = 0;  // minus the signal that ended it
  bool hung = false;   // it still ran at the limit
  std::string output;
};

// Cancelling it ends the whole group, and returns after that.
asyncio::Coro<Finished> run_command(Command command, asyncio::Duration limit);

}  // namespace learn
