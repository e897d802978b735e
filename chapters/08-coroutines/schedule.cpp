// A coroutine that awaits another, and when each line of it runs. The twin
// schedule.py is the same program in Python.

#include <cstdio>

#include "08-coroutines/root.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Driver;
using asyncio::EventLoop;

// co_await Pause(1s) suspends for a second: the smallest awaiter that waits.
class Pause {
 public:
  explicit Pause(asyncio::Duration delay) noexcept : delay_(delay) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    Driver& driver = handle.promise().driver();
    driver.loop().call_later(delay_, [&driver] { driver.run(); });
    driver.suspend(handle, nullptr);
  }
  void await_resume() const noexcept {}

 private:
  asyncio::Duration delay_;
};

Coro<int> add(int x, int y) {
  std::printf("  add: starts\n");
  co_await Pause(1s);
  std::printf("  add: ends\n");
  co_return x + y;
}

Coro<int> twice(int x) {
  std::printf("  twice: starts, and never waits\n");
  co_return 2 * x;
}

Coro<> compute(EventLoop& loop) {
  loop.call_soon([] { std::printf("the loop had a turn\n"); });

  std::printf("compute: calls twice\n");
  auto coro = twice(21);
  std::printf("compute: awaits twice\n");
  const int product = co_await std::move(coro);
  std::printf("compute: twice gave %d\n", product);

  std::printf("compute: awaits add\n");
  const int sum = co_await add(1, 2);
  std::printf("compute: add gave %d\n", sum);
}

}  // namespace

int main() {
  EventLoop loop;
  asyncio::Root<> root(loop, compute(loop));
  loop.schedule(root);
  loop.call_later(500ms, [] { std::printf("half a second later\n"); });
  loop.call_later(2s, [&] { loop.stop(); });
  std::printf("nothing has run yet\n");
  loop.run_forever();
  root.result();
}
