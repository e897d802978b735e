// A variable with a value of its own in each task: who asked for what is told
// to no function, and every log line knows it.

#include <chrono>
#include <cstdio>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/context_var.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;

asyncio::ContextVar<std::string> request("request", "no request");

void log(const char* text) {
  std::printf("[%s] %s\n", request.get().c_str(), text);
}

void read_from_disk() {
  log("reads, in a thread");
  request.set("changed there");
}

Coro<void> look_up(asyncio::Duration delay) {
  log("looks it up");
  co_await asyncio::sleep(delay);
  log("has found it");
}

Coro<void> answer(std::string name, asyncio::Duration delay) {
  request.set(name);
  co_await look_up(delay);
}

Coro<void> async_main() {
  log("main begins");
  co_await asyncio::gather(answer("GET /news", 1s), answer("GET /mail", 2s));
  log("main goes on");

  auto token = request.set("cleaning up");
  auto task = asyncio::create_task(asyncio::to_thread(read_from_disk));
  request.reset(token);
  co_await task;

  asyncio::Context context = asyncio::copy_context();
  asyncio::run_in_context(context, [] {
    request.set("elsewhere");
    log("in a copy");
  });
  log("main ends");
}

int main() { asyncio::run(async_main()); }
