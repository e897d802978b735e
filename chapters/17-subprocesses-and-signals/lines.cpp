// Runs a command, and reads what it prints line by line while it runs.

#include <cstdio>
#include <optional>
#include <string>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/process.hpp"

using asyncio::Coro;
using asyncio::Process;
using asyncio::SubprocessOptions;
using asyncio::subprocess::PIPE;

Coro<> show(std::string command) {
  std::printf("$ %s\n", command.c_str());
  SubprocessOptions options;
  options.out = PIPE;
  Process process = co_await asyncio::create_subprocess_shell(command, options);
  auto lines = process.out().lines();
  for (;;) {
    std::optional<std::string> line = co_await lines.next();
    if (!line) break;
    std::printf("  %s", line->c_str());
  }
  int returncode = co_await process.wait();
  std::printf("  return code %d\n", returncode);
}

Coro<> async_main() {
  co_await show("echo one; echo two; echo three");
  co_await show("echo gone wrong; exit 3");
  co_await show("echo stops itself; kill -TERM $$");
}

int main() { asyncio::run(async_main()); }
