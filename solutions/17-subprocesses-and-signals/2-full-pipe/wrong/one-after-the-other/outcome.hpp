// The test says: `head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero` comes to its end
#pragma once

#include <string>
#include <utility>

#include "17-subprocesses-and-signals/process.hpp"

namespace exercise {

// How a process has ended, and what it has written.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

// Waits for the end of `process`, whose output and errors are pipes.
inline asyncio::Coro<Outcome> outcome_of(asyncio::Process process) {
  Outcome outcome;
  outcome.out = co_await process.out().read();
  outcome.err = co_await process.err().read();
  outcome.code = co_await process.wait();
  co_return outcome;
}

}  // namespace exercise
