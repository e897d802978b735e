// A command that is run in a thread of chapter 16. The loop goes on, but the
// command belongs to nobody: who gives it up cannot stop it.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "10-tasks/runner.hpp"
#include "12-cancellation/wait_for.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;

void say(const char* what) {
  static const auto start = std::chrono::steady_clock::now();
  auto time = std::chrono::steady_clock::now() - start;
  std::printf("%.1f  %s\n", std::chrono::duration<double>(time).count(), what);
}

int run_command(std::string command) { return std::system(command.c_str()); }

Coro<> async_main() {
  say("main: starts sleep 3");
  try {
    co_await asyncio::wait_for(
        asyncio::to_thread(run_command, std::string("sleep 3")), 1s);
  } catch (const asyncio::TimeoutError&) {
    say("main: has no more patience");
  }
}

int main() {
  asyncio::run(async_main());
  say("the program can end");
}
