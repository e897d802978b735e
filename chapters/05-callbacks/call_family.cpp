// call_soon, call_later and call_at, and handles that are cancelled: what runs
// when, in which order. The twin is call_family.py.

#include <chrono>
#include <cstdio>

#include "05-callbacks/event_loop.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::TimePoint;

double seconds_since(TimePoint start, TimePoint now) {
  return std::chrono::duration<double>(now - start).count();
}

}  // namespace

int main() {
  EventLoop loop;
  const TimePoint start = loop.time();
  const auto say = [&](const char* text) {
    std::printf("%.3f %s\n", seconds_since(start, loop.time()), text);
  };
  const auto yes_no = [](bool yes) { return yes ? "yes" : "no"; };

  // Timers run in the order of their deadlines, not in that of the calls.
  loop.call_later(300ms, [&] { say("call_later 0.3"); });
  loop.call_later(100ms, [&] { say("call_later 0.1"); });
  loop.call_at(start + 200ms, [&] { say("call_at 0.2"); });

  // What a callback schedules comes after all that was ready before.
  loop.call_soon([&] {
    say("soon 1");
    loop.call_soon([&] { say("soon 3, scheduled by soon 1"); });
    loop.call_later(0ms, [&] { say("later 0, scheduled by soon 1"); });
  });
  loop.call_soon([&] { say("soon 2"); });

  // A deadline that has passed is no error: the earliest still comes first.
  loop.call_later(-1s, [&] { say("call_later -1"); });
  loop.call_later(-2s, [&] { say("call_later -2"); });

  // A cancelled handle is not called. Its timer has gone.
  asyncio::Handle soon = loop.call_soon([&] { say("never: cancelled soon"); });
  asyncio::TimerHandle later =
      loop.call_later(150ms, [&] { say("never: cancelled later"); });
  soon.cancel();
  loop.call_later(120ms, [&] {
    later.cancel();
    std::printf("%.3f cancelled the timer of %.3f\n",
                seconds_since(start, loop.time()),
                seconds_since(start, later.when()));
  });

  // It is not too late while the callback waits in the queue.
  asyncio::Handle victim;
  loop.call_soon([&] {
    say("soon 4 cancels soon 5");
    victim.cancel();
  });
  victim = loop.call_soon([&] { say("never: soon 5"); });

  // Cancelling what runs, or has run, changes nothing but the answer.
  asyncio::Handle self;
  self = loop.call_soon([&] {
    self.cancel();
    say("soon 6 has cancelled itself");
  });
  loop.call_later(400ms, [&] {
    say("the end");
    std::printf("cancelled: soon %s, later %s, victim %s, self %s\n",
                yes_no(soon.cancelled()), yes_no(later.cancelled()),
                yes_no(victim.cancelled()), yes_no(self.cancelled()));
    loop.stop();
  });

  say("run_forever");
  loop.run_forever();
  say("stopped");
}
