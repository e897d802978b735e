// stop(): what still runs after it, what waits for the next run_forever(), and
// what a closed loop says. The twin is stop_loop.py.

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "05-callbacks/event_loop.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;

void run(EventLoop& loop) {
  std::puts("run_forever");
  loop.run_forever();
  std::printf("stopped, running: %s\n", loop.is_running() ? "yes" : "no");
}

template <class Function>
void attempt(const char* what, Function function) {
  try {
    function();
    std::printf("%s: done\n", what);
  } catch (const std::runtime_error& error) {
    std::printf("%s: %s\n", what, error.what());
  }
}

}  // namespace

int main() {
  EventLoop loop;

  // Stopped before it runs: one iteration.
  loop.call_soon([&] {
    std::puts("1");
    loop.call_soon([] { std::puts("2, left over from the first run"); });
  });
  loop.stop();
  run(loop);

  // Stopped by a callback: the iteration ends first.
  loop.call_soon([&] {
    loop.stop();
    std::puts("3 stops the loop");
  });
  loop.call_soon([&] {
    std::puts("4 was ready when 3 ran");
    loop.call_soon([] { std::puts("5, left over from the second run"); });
    attempt("close in a callback", [&] { loop.close(); });
  });
  run(loop);

  // Timers wait across runs.
  loop.call_later(100ms, [&] { std::puts("6, at 0.1"); });
  loop.call_later(200ms, [&] {
    std::puts("7, at 0.2, stops the loop");
    loop.stop();
  });
  loop.call_later(300ms, [] { std::puts("never: the loop was closed"); });
  run(loop);

  loop.close();
  attempt("close again", [&] { loop.close(); });
  attempt("call_soon", [&] { loop.call_soon([] {}); });
  attempt("call_later", [&] { loop.call_later(1s, [] {}); });
  attempt("run_forever", [&] { loop.run_forever(); });
}
