// call_later and call_at. event_loop_test.cpp says which cases of CPython's
// tests are here. Where time matters it is moved by hand.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "05-callbacks/event_loop.hpp"
#include "05-callbacks/loop_test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::TimerHandle;
using asyncio::TimePoint;
using test::Log;
using test::ManualLoop;
using test::make_token;
using test::run_once;

TEST("timers run in the order of their deadlines, each at its time") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  const TimePoint start = loop.time();
  const auto note = [&](const char* name) {
    return [&log, &loop, start, name] {
      const auto ms = std::chrono::floor<std::chrono::milliseconds>(
          loop.time() - start);
      log.push_back(std::to_string(ms.count()) + " " + name);
    };
  };
  loop.call_later(300ms, note("c"));
  loop.call_later(100ms, note("a"));
  loop.call_at(start + 200ms, note("b"));
  loop.call_later(300ms, [&] { loop.stop(); });
  loop.run_forever();
  CHECK_EQ(log, Log({"100 a", "200 b", "300 c"}));
}

TEST("timers with one deadline run in the order of the calls") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    loop.call_later(1s, [&log, name] { log.push_back(name); });
  }
  loop.call_later(1s, [&] { loop.stop(); });
  loop.run_forever();
  CHECK_EQ(log, Log({"a", "b", "c", "d", "e", "f"}));
}

TEST("a manual clock skips ten years in no time") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  loop.call_later(24h * 3653, [&] { loop.stop(); });
  loop.run_forever();
  CHECK(loop.time() == TimePoint(24h * 3653));
}

TEST("a delay may be as long as one likes") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  bool called = false;
  TimerHandle never =
      loop.call_later(asyncio::Duration::max(), [&] { called = true; });
  loop.call_later(1s, [&] { loop.stop(); });
  loop.run_forever();
  loop.call_later(asyncio::Duration::max(), [&] { called = true; });
  loop.call_later(1s, [&] { loop.stop(); });
  loop.run_forever();
  CHECK(!called);
  CHECK(never.when() == TimePoint::max());
}

TEST("a delay that is negative runs in the next iteration, earliest first") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  loop.call_later(-1s, [&] { log.push_back("a"); });
  loop.call_later(-2s, [&] { log.push_back("b"); });
  run_once(loop);
  CHECK_EQ(log, Log({"b", "a"}));
}

// Keeps the loop busy for some iterations, so that it need not look at the
// clock, and writes down their numbers.
void count_iterations(EventLoop& loop, Log& log, int number = 1) {
  loop.call_soon([&loop, &log, number] {
    if (number == 5) return loop.stop();
    log.push_back(std::to_string(number));
    count_iterations(loop, log, number + 1);
  });
}

TEST("a delay of zero runs in the next iteration, after what is ready") {
  EventLoop loop;  // on the real clock: the loop must look at once
  Log log;
  count_iterations(loop, log);
  loop.call_soon([&] {
    loop.call_later(0s, [&] {
      log.push_back("later");
      loop.call_soon([&] { log.push_back("soon, scheduled by later"); });
    });
  });
  loop.run_forever();
  CHECK_EQ(log, Log({"1", "2", "later", "3", "soon, scheduled by later", "4"}));
}

TEST("a deadline that has passed runs in the next iteration") {
  EventLoop loop;
  Log log;
  count_iterations(loop, log);
  loop.call_soon([&] {
    loop.call_at(loop.time() - 1s, [&] { log.push_back("at"); });
  });
  loop.run_forever();
  CHECK_EQ(log, Log({"1", "2", "at", "3", "4"}));
}

TEST("a due timer runs in the iteration that finds it, what it schedules not") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  loop.call_at(loop.time() - 1s, [&] {
    log.push_back("timer");
    loop.call_soon([&] { log.push_back("soon"); });
  });
  run_once(loop);
  CHECK_EQ(log, Log({"timer"}));
}

TEST("no timer runs before its deadline on the real clock") {
  EventLoop loop;
  int early = 0;
  for (int i = 1; i <= 40; ++i) {
    const TimePoint when = loop.time() + i * 333us;
    loop.call_at(when, [&loop, &early, when] { early += loop.time() < when; });
  }
  loop.call_later(15ms, [&] { loop.stop(); });
  loop.run_forever();
  CHECK_EQ(early, 0);
}

TEST("a wait for a timer asks the kernel once, not again and again") {
  EventLoop loop;
  test::PollCounter counter;
  loop.set_observer(&counter);
  loop.call_later(20ms, [&] { loop.stop(); });
  loop.run_forever();
  loop.set_observer(nullptr);
  CHECK(counter.polls <= 2);  // a signal may cut a wait short
}

TEST("a timer handle knows its deadline, also after the call or the cancel") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  const TimePoint when = loop.time() + 3s;
  TimerHandle handle = loop.call_at(when, [&] { loop.stop(); });
  TimerHandle cancelled = loop.call_later(4s, [] {});
  CHECK(handle.when() == when);
  cancelled.cancel();
  CHECK(cancelled.when() == loop.time() + 4s);
  loop.run_forever();
  CHECK(handle.when() == when);
}

TEST("a cancelled timer does not run, nor wake the loop for nothing") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  test::PollCounter counter;
  loop.set_observer(&counter);
  bool called = false;
  TimerHandle first = loop.call_later(5s, [&] { called = true; });
  loop.call_later(10s, [&] { loop.stop(); });
  first.cancel();
  CHECK(first.cancelled());
  loop.run_forever();
  loop.set_observer(nullptr);
  CHECK(!called);
  CHECK_EQ(counter.polls, 1);
  CHECK(counter.last && *counter.last == 10s);
}

TEST("a timer may cancel another one that is due in the same iteration") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  TimerHandle second;
  loop.call_later(1s, [&] {
    log.push_back("first");
    second.cancel();
  });
  second = loop.call_later(1s, [&] { log.push_back("second"); });
  loop.call_later(1s, [&] { loop.stop(); });
  loop.run_forever();
  CHECK_EQ(log, Log({"first"}));
}

TEST("a timer may cancel itself, and may set itself again") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  TimerHandle handle;
  handle = loop.call_later(1s, [&] {
    log.push_back("first");
    handle.cancel();
    handle = loop.call_later(1s, [&] {
      log.push_back("second");
      loop.stop();
    });
  });
  loop.run_forever();
  CHECK_EQ(log, Log({"first", "second"}));
}

TEST("a million cancelled timers leave nothing behind") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  auto token = make_token();
  long most = 0;
  loop.call_later(1h, [&] { loop.stop(); });
  for (int i = 0; i < 100'000; ++i) {
    TimerHandle handles[10];
    for (TimerHandle& handle : handles) {
      handle = loop.call_later(1h + i * 1ns, [token] {});
    }
    for (TimerHandle& handle : handles) handle.cancel();
    most = std::max(most, token.use_count());
  }
  CHECK_EQ(most, 1);
  loop.run_forever();
}

TEST("timers outlast a stop, and wait for the next run") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  bool called = false;
  loop.call_later(1s, [&] { loop.stop(); });
  loop.call_later(2s, [&] {
    called = true;
    loop.stop();
  });
  loop.run_forever();
  CHECK(!called);
  loop.run_forever();
  CHECK(called);
}

TEST("timers are heard while callbacks reschedule themselves forever") {
  EventLoop loop;
  struct Busy {
    EventLoop& loop;
    void operator()() { loop.call_soon(Busy(*this)); }
  };
  bool called = false;
  loop.call_soon(Busy{loop});
  loop.call_later(2ms, [&] {
    called = true;
    loop.stop();
  });
  loop.run_forever();  // hangs if it does not look at the clock
  CHECK(called);
}

TEST("time that a callback moves by hand is seen in the next iteration") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  Log log;
  loop.call_later(1s, [&] { log.push_back("timer"); });
  count_iterations(loop, log);
  loop.call_soon([&] { manual.clock->skip(2s); });
  loop.run_forever();
  CHECK_EQ(log, Log({"1", "2", "timer", "3", "4"}));
}

TEST("the environment may give every loop a clock of its own that skips") {
  ::setenv("ASYNCIO_CLOCK", "virtual", 1);
  EventLoop loop;
  ::unsetenv("ASYNCIO_CLOCK");
  loop.call_later(1h, [&] { loop.stop(); });
  loop.run_forever();
  CHECK(loop.time() == TimePoint(1h));
}

}  // namespace
