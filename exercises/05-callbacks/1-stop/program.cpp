// stop(), called from within: what still runs, what waits for the next
// run_forever(), and in which order. Each callback prints its letter.

#include <chrono>
#include <cstdio>

#include "05-callbacks/event_loop.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;

void say(const char* text) { std::puts(text); }

void run(EventLoop& loop) {
  loop.run_forever();
  say("stopped");
}

}  // namespace

int main() {
  EventLoop loop;

  loop.call_soon([&] {
    say("a");
    loop.call_later(0s, [] { say("b"); });
    loop.call_soon([] { say("c"); });
  });
  loop.call_soon([&] {
    loop.stop();
    say("d");
  });
  loop.call_soon([] { say("e"); });
  run(loop);

  asyncio::Handle f = loop.call_soon([] { say("f"); });
  loop.call_soon([f]() mutable {
    f.cancel();
    say("g");
  });
  loop.call_later(200ms, [] { say("h"); });
  loop.call_later(100ms, [&] {
    loop.stop();
    say("i");
  });
  loop.call_later(100ms, [] { say("j"); });
  run(loop);
}
