// Four jobs at once. Two of them break, in the same iteration of the loop.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Task;

Coro<> job(std::string name, asyncio::Duration delay, bool breaks) {
  co_await asyncio::sleep(delay);
  if (breaks) {
    std::printf("%s breaks\n", name.c_str());
    throw std::runtime_error(name + " broke");
  }
  std::printf("%s ends\n", name.c_str());
}

Coro<> async_main() {
  Task<> a = asyncio::create_task(job("a", 3s, false));
  Task<> b = asyncio::create_task(job("b", 2s, true));
  Task<> c = asyncio::create_task(job("c", 2s, true));
  Task<> d = asyncio::create_task(job("d", 1s, false));
  auto all = asyncio::gather(a, b, c, d);
  std::printf("main has gathered\n");
  try {
    co_await all;
    std::printf("main has all results\n");
  } catch (const std::runtime_error& error) {
    std::printf("main hears: %s\n", error.what());
  }
  std::printf("main: a is %s\n", a.done() ? "done" : "not done");
  std::printf("main: cancel says %s\n", all.cancel() ? "true" : "false");
  co_await asyncio::sleep(5s);
  std::printf("main: a was %scancelled\n", a.cancelled() ? "" : "not ");
}

int main() { asyncio::run(async_main()); }
