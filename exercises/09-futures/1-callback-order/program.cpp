#include <cstdio>

#include "08-coroutines/root.hpp"
#include "09-futures/future.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::Future;

// A function for add_done_callback that says its name.
auto say(const char* name) {
  return [name](const Future<int>&) { std::printf("%s\n", name); };
}

Coro<> reader(Future<int> answer) {
  std::printf("reader awaits\n");
  const int first = co_await answer;
  std::printf("reader has %d\n", first);
  const int again = co_await answer;
  std::printf("reader has %d again\n", again);
}

}  // namespace

int main() {
  EventLoop loop;
  Future<int> answer(loop);
  answer.add_done_callback(say("early callback"));
  asyncio::Root<> root(loop, reader(answer));
  loop.schedule(root);
  loop.call_soon([&] {
    answer.add_done_callback(say("middle callback"));
    loop.call_soon([] { std::printf("call_soon\n"); });
    answer.set_result(42);
    std::printf("the result is set\n");
    answer.add_done_callback(say("late callback"));
    std::printf("cancel: %s\n", answer.cancel() ? "yes" : "no");
  });
  loop.call_later(1s, [&] { loop.stop(); });
  loop.run_forever();
}
