// A Program is another program at work, started by this one: for tests that
// run the crawls from outside, as a reader does, and for the tour.
//
// It owns the process: a Program that is destroyed before its end is killed.
// What the process prints is collected while it runs, so that a full pipe
// never stops it. One thread at a time. Throws std::system_error when a
// process cannot be made; a program that does not exist ends with status 127,
// as it does in a shell.

#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/descriptor.hpp"

namespace program {

// What remains of a program after its end.
struct Outcome {
  int status = 0;       // its exit status, or 128 + the signal that ended it
  bool hung = false;    // it was still running at the limit, and was killed
  double seconds = 0;   // from start to end
  rusage usage{};       // CPU time, memory, switches
  std::string out;      // what it printed to standard output
  std::string err;      // and to standard error, unless that was shown
};

// What becomes of standard error: it is collected, or joins this process's own
// standard output, where a terminal shows a progress line.
enum class Err { collect, show };

class Program {
 public:
  // Starts argv[0], a path, with the arguments behind it.
  explicit Program(const std::vector<std::string>& argv,
                   Err err = Err::collect);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void send_signal(int number);

  // Waits until the program has ended. A limit bounds a hang; it is no measure
  // of speed. REQUIRES: called once.
  Outcome wait(std::chrono::seconds limit = std::chrono::seconds(300));

 private:
  void collect(Outcome& outcome, std::chrono::seconds limit);

  std::chrono::steady_clock::time_point start_;
  pid_t pid_ = -1;
  asyncio::Descriptor out_;
  asyncio::Descriptor err_;
};

// Starts a program and waits for it.
Outcome run(const std::vector<std::string>& argv);

}  // namespace program
