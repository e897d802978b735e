// sleep(): CPython's test_sleep, test_sleep_zero, test_sleep_cancel and
// test_task_cancel_sleeping_task, and what a timer in a frame must prove.
// test_sleep_when_delay_is_nan cannot apply: a Duration is an integer.

#include <string>

#include "08-coroutines/root.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_clock;
using test::manual_run;

long long ms_now() {
  return get_running_loop().time().time_since_epoch() / 1ms;
}

}  // namespace

TEST("sleep takes as long as it says, and gives its result") {
  manual_run([]() -> Coro<> {
    co_await sleep(50ms);
    CHECK_EQ(ms_now(), 50);
    std::string result = co_await sleep(50ms, std::string("yeah"));
    CHECK_EQ(result, "yeah");
    CHECK_EQ(ms_now(), 100);
  });
}

TEST("sleep(0) gives the others exactly one turn") {
  manual_run([]() -> Coro<> {
    int turns = 0;
    auto count = [&]() -> Coro<> {
      for (;;) {
        ++turns;
        co_await sleep(0s);
      }
    };
    Task<> counter = create_task(count());
    for (int i = 0; i < 5; ++i) {
      CHECK_EQ(turns, i);
      co_await sleep(0s);
    }
    counter.cancel();
    CHECK_EQ(ms_now(), 0);
  });
}

TEST("a sleep of less than nothing is one turn, too") {
  manual_run([]() -> Coro<> {
    int turns = 0;
    get_running_loop().call_soon([&] { ++turns; });
    co_await sleep(-5s);
    CHECK_EQ(turns, 1);
    CHECK_EQ(ms_now(), 0);
  });
}

TEST("sleepers wake in the order of their deadlines") {
  std::string order;
  manual_run([&]() -> Coro<> {
    auto say = [&](Duration delay, char letter) -> Coro<> {
      co_await sleep(delay);
      order += letter;
    };
    Task<> c = create_task(say(3s, 'c'));
    Task<> a = create_task(say(1s, 'a'));
    Task<> b = create_task(say(2s, 'b'));
    co_await c;
  });
  CHECK_EQ(order, "abc");
}

TEST("a sleep that is cancelled leaves no timer behind") {
  manual_run([]() -> Coro<> {
    Task<> sleeper = create_task(sleep(5000s));
    get_running_loop().call_later(100ms, [=] { sleeper.cancel(); });
    bool cancelled = false;
    try {
      co_await sleeper;
    } catch (const CancelledError&) {
      cancelled = true;
    }
    CHECK(cancelled);
    CHECK_EQ(ms_now(), 100);
    co_await sleep(10000s);  // a timer of the dead would run meanwhile
    CHECK_EQ(ms_now(), 100 + 10000 * 1000);
  });
}

TEST("a cancel in the iteration in which the time has come still wins") {
  manual_run([]() -> Coro<> {
    auto nap = []() -> Coro<> { co_await sleep(1s); };
    Task<> sleeper = create_task(nap());
    co_await sleep(0s);
    get_running_loop().call_later(1s, [=] { sleeper.cancel("now"); });
    std::string message;
    try {
      co_await sleeper;
    } catch (const CancelledError& error) {
      message = error.message();
    }
    CHECK_EQ(message, "now");
  });
}

TEST("a second cancel before the sleeper wakes changes nothing") {
  manual_run([]() -> Coro<> {
    auto nap = []() -> Coro<> { co_await sleep(1s); };
    Task<> sleeper = create_task(nap());
    co_await sleep(0s);
    CHECK(sleeper.cancel("first"));
    CHECK(sleeper.cancel("second"));
    std::string message;
    try {
      co_await sleeper;
    } catch (const CancelledError& error) {
      message = error.message();
    }
    CHECK_EQ(message, "first");
    CHECK_EQ(sleeper.cancelling(), 2);
  });
}

TEST("one can sleep for ever, and be woken by a cancel") {
  manual_run([]() -> Coro<> {
    Task<> sleeper = create_task(sleep(Duration::max()));
    co_await sleep(1000h);
    CHECK(!sleeper.done());
    sleeper.cancel();
    co_await sleep(0s);
    CHECK(sleeper.cancelled());
  });
}

TEST("a loop that is destroyed while a task sleeps destroys its timer first") {
  const long frames = FramePool::live();
  {
    EventLoop loop(manual_clock());
    auto nap = []() -> Coro<> { co_await sleep(1h); };
    Task<> sleeper(loop, nap());
    loop.call_soon([&] { loop.stop(); });
    loop.run_forever();
  }
  CHECK_EQ(FramePool::live(), frames);
}

TEST("who sleeps may be destroyed between the event and its callback") {
  EventLoop::Options options = manual_clock();
  auto clock = std::static_pointer_cast<ManualClock>(options.clock);
  EventLoop loop(std::move(options));
  auto nap = []() -> Coro<> { co_await sleep(1s); };
  auto root = std::make_unique<Root<>>(loop, nap());
  root->run();
  clock->skip(1s);
  // The timer goes into the queue in the same iteration, behind this.
  loop.call_soon([&] { root.reset(); });
  loop.stop();
  loop.run_forever();
  CHECK(!root);
}
