// Three visits are cancelled: one that waits, one that has not begun, and one
// that runs out of time.

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "12-cancellation/wait_for.hpp"

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::Task;

struct Connection {
  std::string name;
  ~Connection() { std::printf("%s: closed\n", name.c_str()); }
};

Coro<> visit(std::string name) {
  Connection connection{name};
  std::printf("%s: connected\n", name.c_str());
  std::exception_ptr cancelled;
  try {
    co_await asyncio::sleep(1h);
  } catch (const std::exception&) {
    std::printf("%s: an error\n", name.c_str());
  } catch (const CancelledError&) {
    std::printf("%s: is to stop\n", name.c_str());
    cancelled = std::current_exception();
  }
  co_await asyncio::sleep(2s);
  std::printf("%s: says goodbye\n", name.c_str());
  if (cancelled) std::rethrow_exception(cancelled);
}

Coro<> async_main() {
  Task<> a = asyncio::create_task(visit("a"));
  Task<> b = asyncio::create_task(visit("b"));
  b.cancel();
  co_await asyncio::sleep(1s);
  a.cancel();
  std::printf("main: has asked a to stop\n");
  co_await asyncio::sleep(1s);
  std::printf("main: a is %s\n", a.done() ? "done" : "not done");
  co_await asyncio::sleep(5s);
  const asyncio::TimePoint began = asyncio::get_running_loop().time();
  try {
    co_await asyncio::wait_for(visit("c"), 3s);
  } catch (const asyncio::TimeoutError&) {
    const auto took = asyncio::get_running_loop().time() - began;
    std::printf("main: TimeoutError after %d s\n", static_cast<int>(took / 1s));
  }
}

int main() { asyncio::run(async_main()); }
