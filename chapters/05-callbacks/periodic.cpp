// A periodic callback beside a timer that reschedules itself, while one of the
// calls takes too long. Time is moved by hand, so each line has its exact time.

#include <chrono>
#include <cstdio>
#include <memory>

#include "05-callbacks/periodic_callback.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;

// Reschedules itself at the end of each call, and so drifts.
class Naive {
 public:
  Naive(EventLoop& loop, void (*function)())
      : loop_(loop), function_(function) {
    schedule_next();
  }

 private:
  void schedule_next() {
    loop_.call_later(100ms, [this] {
      function_();
      schedule_next();
    });
  }

  EventLoop& loop_;
  void (*function_)();
};

std::shared_ptr<asyncio::ManualClock> the_clock =
    std::make_shared<asyncio::ManualClock>();
int calls = 0;

// Each call works for 10 ms, the third for 250.
void work() {
  const std::chrono::duration<double> now = the_clock->now().time_since_epoch();
  std::printf(" %.2f", now.count());
  the_clock->skip(++calls == 3 ? 250ms : 10ms);
}

void run(EventLoop& loop) {
  calls = 0;
  loop.call_later(1050ms, [&] { loop.stop(); });
  loop.run_forever();
  std::puts("");
}

EventLoop::Options options() {
  the_clock = std::make_shared<asyncio::ManualClock>();
  return {nullptr, the_clock};
}

}  // namespace

int main() {
  {
    std::fputs("call_later at the end of each call:", stdout);
    EventLoop loop(options());
    Naive naive(loop, work);
    run(loop);
  }
  {
    std::fputs("PeriodicCallback:                  ", stdout);
    EventLoop loop(options());
    asyncio::PeriodicCallback periodic(loop, 100ms, work);
    periodic.start();
    run(loop);
  }
}
