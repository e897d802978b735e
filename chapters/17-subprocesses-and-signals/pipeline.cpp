// A pipeline, as a shell makes it: the output of each command is the input of
// the next. The bytes go from one process to the other; none passes through
// this one.

#include <fcntl.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/process.hpp"
#include "common/descriptor.hpp"

using asyncio::Coro;
using asyncio::Descriptor;
using asyncio::Pipe;
using asyncio::Process;
using asyncio::SubprocessOptions;
using asyncio::subprocess::PIPE;
using Words = std::vector<std::string>;

// Starts a command that reads `input`, and gives what its output can be read
// from.
Coro<Descriptor> start(Words command, Descriptor input) {
  Pipe pipe = asyncio::make_pipe();
  SubprocessOptions options;
  options.in = input;
  options.out = pipe.write;
  co_await asyncio::create_subprocess_exec(command, options);
  co_return std::move(pipe.read);  // our copies of the other ends are closed
}

Coro<std::string> pipeline(std::vector<Words> commands) {
  Words last = commands.back();
  commands.pop_back();
  Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const Words& command : commands) {
    Descriptor output = co_await start(command, std::move(input));
    input = std::move(output);
  }
  SubprocessOptions options;
  options.in = input;
  options.out = PIPE;
  Process process = co_await asyncio::create_subprocess_exec(last, options);
  input.reset();
  auto output = co_await process.communicate();
  co_return output.out;
}

Coro<> async_main() {
  std::vector<Words> commands = {
      {"printf", "fig pear fig apple pear fig"},
      {"tr", " ", "\\n"},
      {"sort"},
      {"uniq"},
  };
  std::string output = co_await pipeline(commands);
  std::printf("%s", output.c_str());
  commands.push_back({"wc", "-l"});
  std::string count = co_await pipeline(commands);
  std::printf("%d kinds of fruit\n", std::stoi(count));
}

int main() { asyncio::run(async_main()); }
