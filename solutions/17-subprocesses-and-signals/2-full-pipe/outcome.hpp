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
  asyncio::ProcessOutput output = co_await process.communicate();
  Outcome outcome;
  outcome.code = process.returncode().value();
  outcome.out = std::move(output.out);
  outcome.err = std::move(output.err);
  co_return outcome;
}

}  // namespace exercise
