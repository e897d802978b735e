// A loop in a second thread, to which the first one feeds tasks: it may block
// while it waits for their results, the loop does not.

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/run_threadsafe.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::run_coroutine_threadsafe;

const std::thread::id main_thread = std::this_thread::get_id();

Coro<std::string> work(std::string name, asyncio::Duration delay) {
  co_await asyncio::sleep(delay);
  bool in_main = std::this_thread::get_id() == main_thread;
  std::printf("  %s is done, in the main thread: %s\n", name.c_str(),
              in_main ? "True" : "False");
  co_return name + "'s result";
}

Coro<std::string> both() {
  auto [slow, quick] = co_await asyncio::gather(work("slow", 6s),
                                                work("quick", 4s));
  co_return slow + " and " + quick;
}

Coro<void> broken() {
  co_await asyncio::sleep(1s);
  throw std::runtime_error("no such page");
}

Coro<void> endless() {
  try {
    co_await asyncio::create_future<void>();
  } catch (const asyncio::CancelledError&) {
    std::puts("  endless is cancelled");
    throw;
  }
}

int main() {
  EventLoop loop;
  std::thread thread([&loop] { loop.run_forever(); });

  auto first = run_coroutine_threadsafe(work("first", 2s), loop);
  std::printf("main has %s\n", first.result().c_str());
  auto second = run_coroutine_threadsafe(both(), loop);
  std::printf("main has %s\n", second.result().c_str());

  try {
    run_coroutine_threadsafe(broken(), loop).result();
  } catch (const std::runtime_error& error) {
    std::printf("main hears: %s\n", error.what());
  }

  auto never = run_coroutine_threadsafe(endless(), loop);
  try {
    never.result(20ms);
  } catch (const asyncio::TimeoutError&) {
    std::puts("main has lost patience");
    never.cancel();
  }
  run_coroutine_threadsafe(work("last", 1s), loop).result();

  asyncio::call_soon_threadsafe(loop, [&loop] { loop.stop(); });
  thread.join();
  std::puts("the loop has stopped");
}
