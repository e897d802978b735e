// A callback from another thread. call_soon belongs to the loop's thread;
// call_soon_threadsafe may be called anywhere, and wakes the loop.

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "16-threads-and-executors/waker.hpp"

using asyncio::EventLoop;

void show(EventLoop& loop, std::thread::id loop_thread, std::string name) {
  bool same = std::this_thread::get_id() == loop_thread;
  std::printf("%s, in the loop's thread: %s\n", name.c_str(),
              same ? "True" : "False");
  if (name == "stop") loop.stop();
}

void work(EventLoop& loop, std::thread::id loop_thread) {
  for (std::string name : {"one", "two", "three", "stop"}) {
    asyncio::call_soon_threadsafe(
        loop, [&loop, loop_thread, name] { show(loop, loop_thread, name); });
  }
}

int main() {
  EventLoop loop;
  std::thread thread(work, std::ref(loop), std::this_thread::get_id());
  loop.run_forever();  // waits in select, without a timer
  thread.join();
  loop.close();
  try {
    asyncio::call_soon_threadsafe(loop, [] {});
  } catch (const std::runtime_error& error) {
    std::printf("%s\n", error.what());
  }
}
