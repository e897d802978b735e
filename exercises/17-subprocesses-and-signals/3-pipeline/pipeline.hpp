#pragma once

#include <string>
#include <utility>
#include <vector>

#include "17-subprocesses-and-signals/process.hpp"
#include "common/descriptor.hpp"

namespace exercise {

using Words = std::vector<std::string>;

struct Result {
  int first_code = 0;
  int second_code = 0;
  std::string out;  // of the second command
};

// Runs `first | second`, as a shell does, and waits for both to end.
inline asyncio::Coro<Result> pipeline(Words first, Words second) {
  // TODO: let the second command read what the first one writes. So far both
  // run, and have nothing to do with each other.
  using asyncio::subprocess::DEVNULL, asyncio::subprocess::PIPE;
  asyncio::SubprocessOptions alone(DEVNULL, DEVNULL);
  asyncio::Process a = co_await asyncio::create_subprocess_exec(first, alone);
  Result result;
  result.first_code = co_await a.wait();
  asyncio::SubprocessOptions reads(DEVNULL, PIPE);
  asyncio::Process b = co_await asyncio::create_subprocess_exec(second, reads);
  asyncio::ProcessOutput output = co_await b.communicate();
  result.second_code = b.returncode().value();
  result.out = std::move(output.out);
  co_return result;
}

}  // namespace exercise
