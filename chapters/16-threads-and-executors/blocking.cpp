// What a blocking call does to the loop, and how to_thread mends it. Three
// callers need a library that knows only blocking calls, of 150 ms each; in
// the same loop, a clock wants to tick every 20 ms.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "10-tasks/runner.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/picture.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using picture::Picture;
using picture::Span;

// A number for each call, in the order of their beginning.
std::atomic<int> calls{0};

// The library. It knows nothing of loops.
Span query_database() {
  Span span{picture::now(), 0, calls++};
  std::this_thread::sleep_for(150ms);
  span.end = picture::now();
  return span;
}

Coro<void> in_the_loop(Picture& picture) {
  picture.add(query_database());
  co_return;
}

Coro<void> in_a_thread(Picture& picture) {
  Span span = co_await asyncio::to_thread(query_database);
  picture.add(span);
}

Coro<void> three(Picture& picture, Coro<void> (*caller)(Picture&)) {
  co_await asyncio::gather(caller(picture), caller(picture), caller(picture));
}

void show(const char* title, Coro<void> (*caller)(Picture&)) {
  Picture picture(title);
  asyncio::run(picture.watch(three(picture, caller)));
  picture.print();
}

int main() {
  show("in the loop", in_the_loop);
  show("with to_thread", in_a_thread);
}
