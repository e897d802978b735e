// communicate(): writes the input and reads the output at the same time. And
// what can go wrong with a command: it is not there, it is stopped, it takes
// too long.

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include "10-tasks/runner.hpp"
#include "12-cancellation/wait_for.hpp"
#include "17-subprocesses-and-signals/process.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Process;
using asyncio::SubprocessOptions;
using asyncio::subprocess::PIPE;
using Words = std::vector<std::string>;

Coro<std::string> ask(Words command, std::string input) {
  SubprocessOptions options;
  options.in = PIPE;
  options.out = PIPE;
  Process process = co_await asyncio::create_subprocess_exec(command, options);
  auto output = co_await process.communicate(input);
  co_return output.out;
}

Coro<> try_to_start(Words command) {
  try {
    co_await asyncio::create_subprocess_exec(command);
  } catch (const std::system_error& error) {
    std::printf("%s: %s\n", command[0].c_str(),
                error.code().message().c_str());
  }
}

Coro<> stop(Words command) {
  Process process = co_await asyncio::create_subprocess_exec(command);
  process.terminate();
  int returncode = co_await process.wait();
  std::printf("terminated: %d\n", returncode);
}

Coro<> limit(Words command) {
  Process process = co_await asyncio::create_subprocess_exec(command);
  try {
    co_await asyncio::wait_for(process.wait(), 5s);
  } catch (const asyncio::TimeoutError&) {
    std::puts("takes too long");
    process.kill();
  }
  int returncode = co_await process.wait();
  std::printf("killed: %d\n", returncode);
}

Coro<> async_main() {
  Words sort = {"sort"}, count = {"wc", "-c"}, nonesuch = {"nonesuch"},
        sleep = {"sleep", "1000"};
  std::string sorted = co_await ask(sort, "pear\napple\nfig\n");
  std::printf("%s", sorted.c_str());
  // Four million bytes go in, far more than any pipe holds.
  std::string size = co_await ask(count, std::string(4'000'000, 'x'));
  std::printf("%d bytes\n", std::stoi(size));
  co_await try_to_start(nonesuch);
  co_await stop(sleep);
  co_await limit(sleep);
}

int main() { asyncio::run(async_main()); }
