// Ticks once a second until Ctrl-C or SIGTERM, and then cleans up. If nobody
// stops it, it sends itself SIGTERM: after 3.5 seconds, or as many as its
// argument says.

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "17-subprocesses-and-signals/signals.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Task;

Coro<> ticker() {
  try {
    for (int n = 1;; ++n) {
      co_await asyncio::sleep(1s);
      std::printf("tick %d\n", n);
      std::fflush(stdout);
    }
  } catch (const asyncio::CancelledError&) {
    std::puts("ticker: puts the clock away");
    throw;
  }
}

Coro<> async_main(asyncio::Duration patience) {
  auto& loop = asyncio::get_running_loop();
  Task<> task = asyncio::create_task(ticker());
  for (int number : {SIGINT, SIGTERM}) {
    asyncio::add_signal_handler(loop, number, [task, number] {
      std::printf("%s\n", number == SIGINT ? "SIGINT" : "SIGTERM");
      task.cancel();
    });
  }
  loop.call_later(patience, [] { raise(SIGTERM); });
  try {
    co_await task;
  } catch (const asyncio::CancelledError&) {
    std::puts("main: the ticker has stopped");
  }
}

int main(int argc, char** argv) {
  auto patience = argc > 1 ? std::chrono::seconds(std::atoi(argv[1])) : 3500ms;
  asyncio::run(async_main(patience));
}
