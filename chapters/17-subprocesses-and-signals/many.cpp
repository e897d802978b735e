// Eight commands, three at a time.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "13-synchronization/semaphore.hpp"
#include "17-subprocesses-and-signals/process.hpp"

using asyncio::Coro;
using asyncio::Process;
using asyncio::Semaphore;
using asyncio::SubprocessOptions;
using asyncio::subprocess::PIPE;

int running = 0, most = 0;

Coro<std::string> output_of(Semaphore& slots, std::string command) {
  auto held = co_await slots.hold();
  most = std::max(most, ++running);
  SubprocessOptions options;
  options.out = PIPE;
  Process process = co_await asyncio::create_subprocess_shell(command, options);
  auto output = co_await process.communicate();
  --running;
  co_return output.out;
}

Coro<> async_main() {
  Semaphore slots(3);
  std::vector<Coro<std::string>> commands;
  for (int n = 1; n <= 8; ++n) {
    std::string number = std::to_string(n);
    commands.push_back(
        output_of(slots, "echo " + number + " squared is $((" + number + " * " +
                             number + "))"));
  }
  auto outputs = co_await asyncio::gather(std::move(commands));
  for (const std::string& output : outputs) std::printf("%s", output.c_str());
  std::printf("at most %d at once\n", most);
}

int main() { asyncio::run(async_main()); }
