// How a process has ended, and when it is known.

#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "10-tasks/runner.hpp"
#include "17-subprocesses-and-signals/process.hpp"

using asyncio::Coro;
using asyncio::Process;
using asyncio::SubprocessOptions;

std::string text(std::optional<int> code) {
  return code ? std::to_string(*code) : "none";
}

Coro<> shell(int number, std::string command) {
  SubprocessOptions options;
  options.err = asyncio::subprocess::DEVNULL;
  Process process = co_await asyncio::create_subprocess_shell(command, options);
  int code = co_await process.wait();
  std::printf("%d: %d\n", number, code);
}

Coro<> async_main() {
  co_await shell(1, "false; exit 3");
  co_await shell(2, "exit 259");
  co_await shell(3, "exit 3 | true");
  co_await shell(4, "kill -9 $$");
  co_await shell(5, "sh -c 'kill -9 $$'; exit $?");
  co_await shell(6, "trap 'exit 5' TERM; kill -TERM $$");
  co_await shell(7, "nonesuch");

  std::vector<std::string> words = {"nonesuch"};
  try {
    Process process = co_await asyncio::create_subprocess_exec(words);
    std::puts("8: started");
  } catch (const std::system_error&) {
    std::puts("8: not started");
  }

  words = {"sleep", "1000"};
  Process process = co_await asyncio::create_subprocess_exec(words);
  std::printf("9: %s\n", text(process.returncode()).c_str());
  process.terminate();
  std::printf("10: %s\n", text(process.returncode()).c_str());
  co_await process.wait();
  std::printf("11: %s\n", text(process.returncode()).c_str());
}

int main() { asyncio::run(async_main()); }
