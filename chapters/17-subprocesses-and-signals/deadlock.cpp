// A process whose output nobody reads stops when its pipe is full. Then
// wait() waits for ever, and communicate() does not.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "12-cancellation/wait_for.hpp"
#include "17-subprocesses-and-signals/process.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Process;

Coro<> run(std::string bytes) {
  std::vector<std::string> command = {"head", "-c", bytes, "/dev/zero"};
  asyncio::SubprocessOptions options;
  options.out = asyncio::subprocess::PIPE;
  Process process = co_await asyncio::create_subprocess_exec(command, options);
  try {
    int returncode = co_await asyncio::wait_for(process.wait(), 2s);
    std::printf("%s bytes: wait() gives %d\n", bytes.c_str(), returncode);
  } catch (const asyncio::TimeoutError&) {
    std::printf("%s bytes: wait() still waits after 2 s\n", bytes.c_str());
  }
  auto output = co_await process.communicate();
  std::printf("communicate() gives %zu bytes, and the return code is %d\n",
              output.out.size(), *process.returncode());
}

Coro<> async_main() {
  co_await run("100000");
  co_await run("1000000");
}

int main() { asyncio::run(async_main()); }
