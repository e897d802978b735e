#include <cstdio>
#include <utility>

#include "08-coroutines/root.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Driver;
using asyncio::EventLoop;

// co_await Pause(1s) suspends for a second.
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

Coro<int> quick(int x) {
  std::printf("quick runs\n");
  co_return x;
}

Coro<int> slow(int x) {
  std::printf("slow begins\n");
  co_await Pause(1s);
  std::printf("slow ends\n");
  co_return x;
}

Coro<> outer(EventLoop& loop) {
  loop.call_soon([] { std::printf("the loop's turn\n"); });
  auto first = slow(1);
  auto second = quick(2);
  auto third = quick(3);
  std::printf("outer has made three\n");
  const int two = co_await std::move(second);
  std::printf("outer has %d\n", two);
  const int one = co_await std::move(first);
  std::printf("outer has %d\n", one);
}

}  // namespace

int main() {
  EventLoop loop;
  asyncio::Root<> root(loop, outer(loop));
  std::printf("main has a root\n");
  root.run();
  std::printf("main is back\n");
  loop.call_later(2s, [&] { loop.stop(); });
  loop.run_forever();
}
