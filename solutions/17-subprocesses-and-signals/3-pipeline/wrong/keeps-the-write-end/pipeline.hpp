// The test says: reads until nobody can write into its input any more: who still can?
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
  using asyncio::subprocess::DEVNULL, asyncio::subprocess::PIPE;
  asyncio::Pipe pipe = asyncio::make_pipe();
  asyncio::SubprocessOptions writes(DEVNULL, pipe.write);
  asyncio::Process a = co_await asyncio::create_subprocess_exec(first, writes);
  asyncio::SubprocessOptions reads(pipe.read, PIPE);
  asyncio::Process b = co_await asyncio::create_subprocess_exec(second, reads);
  pipe.read.reset();
  asyncio::ProcessOutput output = co_await b.communicate();
  Result result;
  result.first_code = co_await a.wait();
  result.second_code = b.returncode().value();
  result.out = std::move(output.out);
  co_return result;
}

}  // namespace exercise
