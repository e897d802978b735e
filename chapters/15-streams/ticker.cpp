// Asynchronous generators: who runs them, and the ways in which one ends.

#include <cstdio>
#include <exception>
#include <optional>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "15-streams/async_generator.hpp"

using namespace std::chrono_literals;
using asyncio::AsyncGenerator;
using asyncio::Coro;

double now() {
  auto time = asyncio::get_running_loop().time().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

AsyncGenerator<int> ticker(const char* name, int count) {
  std::exception_ptr end;
  try {
    for (int i = 1; i <= count; ++i) {
      co_await asyncio::sleep(1s);
      co_yield i;
    }
  } catch (...) {
    end = std::current_exception();
  }
  std::printf("%.1f  %s: tidies up\n", now(), name);
  co_await asyncio::sleep(500ms);
  std::printf("%.1f  %s: ends\n", now(), name);
  if (end) std::rethrow_exception(end);
}

Coro<> first_of(const char* name, int count) {
  AsyncGenerator<int> ticks = ticker(name, count);
  std::optional<int> tick = co_await ticks.next();
  std::printf("%.1f  %s: %d is enough\n", now(), name, *tick);
}

AsyncGenerator<int> kept = ticker("kept", 2);

Coro<> async_main() {
  AsyncGenerator<int> whole = ticker("whole", 2);
  for (;;) {
    std::optional<int> tick = co_await whole.next();
    if (!tick) break;
    std::printf("%.1f  whole: %d\n", now(), *tick);
  }

  AsyncGenerator<int> closed = ticker("closed", 2);
  co_await closed.next();
  co_await closed.aclose();
  std::printf("%.1f  closed: is closed\n", now());

  co_await first_of("dropped", 2);
  std::printf("%.1f  main goes on\n", now());
  co_await asyncio::sleep(1s);

  auto task = asyncio::create_task(first_of("cancelled", 2));
  co_await asyncio::sleep(500ms);
  task.cancel();
  try {
    co_await task;
  } catch (const asyncio::CancelledError&) {
    std::printf("%.1f  cancelled: CancelledError\n", now());
  }

  co_await kept.next();
  std::printf("%.1f  main ends, and one is left\n", now());
}

int main() {
  asyncio::run(async_main());
  std::puts("run() has returned");
}
