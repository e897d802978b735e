// TODO: find the mistake. With most commands this works, and with some it
// never returns.

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
  outcome.code = co_await process.wait();
  outcome.out = co_await process.out().read();
  outcome.err = co_await process.err().read();
  co_return outcome;
}

}  // namespace exercise
