#include "05-callbacks/periodic_callback.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "05-callbacks/loop_test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::PeriodicCallback;
using test::ManualLoop;

using Times = std::vector<long long>;

// The times of the calls, in milliseconds.
struct Calls {
  void add() {
    times.push_back(std::chrono::floor<std::chrono::milliseconds>(
                        manual.loop.time().time_since_epoch())
                        .count());
  }
  void run_for(asyncio::Duration time) {
    manual.loop.call_later(time, [this] { manual.loop.stop(); });
    manual.loop.run_forever();
  }
  ManualLoop manual;
  Times times;
};

TEST("the first call comes after one period, then one each period") {
  Calls calls;
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] { calls.add(); });
  CHECK(!periodic.is_running());
  periodic.start();
  CHECK(periodic.is_running());
  calls.run_for(350ms);
  CHECK_EQ(calls.times, Times({100, 200, 300}));
}

TEST("the time that a call takes does not add up") {
  Calls calls;
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] {
    calls.add();
    calls.manual.clock->skip(30ms);
  });
  periodic.start();
  calls.run_for(450ms);
  CHECK_EQ(calls.times, Times({100, 200, 300, 400}));
}

TEST("calls that were missed are left out, the next is on a multiple again") {
  Calls calls;
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] {
    calls.add();
    if (calls.times.size() == 2) calls.manual.clock->skip(250ms);
  });
  periodic.start();
  calls.run_for(650ms);
  CHECK_EQ(calls.times, Times({100, 200, 500, 600}));
}

TEST("a call that takes exactly a period costs the call that it ran into") {
  Calls calls;
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] {
    calls.add();
    if (calls.times.size() == 1) calls.manual.clock->skip(100ms);
  });
  periodic.start();
  calls.run_for(450ms);
  CHECK_EQ(calls.times, Times({100, 300, 400}));
}

TEST("a function may stop its own calls, and start them again later") {
  Calls calls;
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] {
    calls.add();
    if (calls.times.size() % 2 == 0) periodic.stop();
  });
  periodic.start();
  calls.run_for(1050ms);
  CHECK(!periodic.is_running());
  CHECK_EQ(calls.times, Times({100, 200}));
  periodic.start();  // at 1050
  periodic.start();  // harmless
  calls.run_for(1s);
  CHECK_EQ(calls.times, Times({100, 200, 1150, 1250}));
}

TEST("an exception is reported, and the calls go on") {
  Calls calls;
  int failures = 0;
  calls.manual.loop.set_exception_handler(
      [&](EventLoop&, const asyncio::ExceptionContext&) { ++failures; });
  PeriodicCallback periodic(calls.manual.loop, 100ms, [&] {
    calls.add();
    throw std::runtime_error("spam");
  });
  periodic.start();
  calls.run_for(350ms);
  CHECK_EQ(calls.times, Times({100, 200, 300}));
  CHECK_EQ(failures, 3);
}

TEST("destroying it stops the calls, and frees the function") {
  Calls calls;
  auto token = test::make_token();
  {
    PeriodicCallback periodic(calls.manual.loop, 100ms,
                              [&calls, token] { calls.add(); });
    periodic.start();
    calls.run_for(150ms);
  }
  CHECK_EQ(token.use_count(), 1);
  calls.run_for(1s);
  CHECK_EQ(calls.times, Times({100}));
}

}  // namespace
