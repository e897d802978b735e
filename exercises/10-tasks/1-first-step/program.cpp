#include <cstdio>

#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;

Coro<> work(const char* name) {
  std::printf("%s: first step\n", name);
  co_await asyncio::sleep(0s);
  std::printf("%s: last step\n", name);
}

Coro<> nothing() { co_return; }

Coro<> start() {
  auto a = asyncio::create_task(work("a"));
  auto b = asyncio::create_task(work("b"));
  std::printf("two tasks\n");
  co_await nothing();
  std::printf("nothing awaited\n");
  co_await work("c");
  std::printf("c awaited\n");
  co_await b;
  std::printf("b awaited\n");
  co_await a;
  std::printf("a awaited\n");
}

}  // namespace

int main() {
  asyncio::run(start());
  std::printf("over\n");
}
