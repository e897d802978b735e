// run_until_complete, and Outcome. The cases are CPython's, from
// test_base_events.py and test_events.py:
//   test_run_until_complete               "it gives the future's result"
//   test_run_until_complete_stopped       "a stop() before the end is an error"
//   test_run_until_complete_loop          "a future of another loop is refused"
//   test_run_until_complete_nesting       "it refuses to run inside itself"
//   test_run_until_complete_loop_orphan_future_close_loop
//                                         "a run that an exception leaves ..."
//   test_run_until_complete_baseexception the same, with Interrupted
//   test_run_until_complete_type_error    the compiler's work

#include <memory>
#include <stdexcept>
#include <string>

#include "09-futures/future_world.hpp"
#include "09-futures/outcome.hpp"
#include "09-futures/run_until_complete.hpp"
#include "common/interrupt.hpp"
#include "common/test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::Future;
using asyncio::Outcome;
using asyncio::run_until_complete;
using test::World;
using IntFuture = Future<int>;

TEST("it gives the future's result") {
  World world;
  IntFuture f(world.loop);
  world.loop.call_later(10s, [&] { f.set_result(42); });
  CHECK_EQ(run_until_complete(world.loop, f), 42);
  CHECK(!world.loop.is_running());
  CHECK(world.clock->now().time_since_epoch() == 10s);
}

TEST("the future keeps its result, and can be asked again") {
  World world;
  const std::string text = "too long for the string object itself";
  Future<std::string> f(world.loop);
  f.set_result(text);
  CHECK_EQ(run_until_complete(world.loop, f), text);
  CHECK_EQ(f.result(), text);
}

TEST("a future that is done ends it after one iteration") {
  World world;
  IntFuture f(world.loop);
  f.set_result(42);
  int ran = 0;
  world.loop.call_soon([&] {
    ++ran;
    world.loop.call_soon([&] { ++ran; });
  });
  CHECK_EQ(run_until_complete(world.loop, f), 42);
  CHECK_EQ(ran, 1);
}

TEST("it throws the future's error, which is then retrieved") {
  World world;
  {
    IntFuture f(world.loop);
    world.loop.call_soon([=] { f.set_exception(std::runtime_error("boom")); });
    CHECK_WHAT(run_until_complete(world.loop, f), "boom");
  }
  CHECK(world.reports.empty());
}

TEST("it throws CancelledError for a cancelled future") {
  World world;
  Future<> f(world.loop);
  world.loop.call_soon([&] { f.cancel(); });
  CHECK_THROWS(CancelledError, run_until_complete(world.loop, f));
}

TEST("a stop() before the end is an error") {
  World world;
  IntFuture f(world.loop);
  world.loop.call_soon([&] { world.loop.stop(); });
  CHECK_WHAT(run_until_complete(world.loop, f),
             "Event loop stopped before Future completed.");
  // The future is as it was, and stops no later run.
  f.set_result(1);
  int ran = 0;
  world.loop.call_later(1s, [&] {
    ++ran;
    world.loop.stop();
  });
  world.loop.run_forever();
  CHECK_EQ(ran, 1);
}

TEST("a run that an exception leaves forgets its callback") {
  World world;
  IntFuture f(world.loop);
  world.loop.call_soon([] { throw asyncio::Interrupted(); });
  CHECK_THROWS(asyncio::Interrupted, run_until_complete(world.loop, f));
  f.set_result(1);
  int ran = 0;
  world.loop.call_later(1s, [&] {
    ++ran;
    world.loop.stop();
  });
  world.loop.run_forever();
  CHECK_EQ(ran, 1);
}

TEST("a future of another loop is refused") {
  World world, other;
  IntFuture f(other.loop);
  CHECK_THROWS(std::invalid_argument, run_until_complete(world.loop, f));
}

TEST("it refuses to run inside itself") {
  World world;
  IntFuture outer(world.loop), inner(world.loop);
  world.loop.call_soon([&] {
    CHECK_WHAT(run_until_complete(world.loop, inner), "already running");
    inner.set_result(1);
    world.loop.call_later(1s, [&] { outer.set_result(2); });
  });
  CHECK_EQ(run_until_complete(world.loop, outer), 2);
  CHECK(world.clock->now().time_since_epoch() == 1s);
  CHECK(world.reports.empty());
}

TEST("other callbacks of the last iteration still run") {
  World world;
  IntFuture f(world.loop);
  int ran = 0;
  world.loop.call_soon([&] { f.set_result(1); });
  world.loop.call_soon([&] {
    world.loop.call_soon([&] { ++ran; });
  });
  run_until_complete(world.loop, f);
  CHECK_EQ(ran, 1);
}

TEST("it may be called again and again") {
  World world;
  for (int i = 0; i < 3; ++i) {
    IntFuture f(world.loop);
    world.loop.call_later(1s, [f, i] { f.set_result(i); });
    CHECK_EQ(run_until_complete(world.loop, f), i);
  }
}

// ---- Outcome

TEST("an outcome holds the value of a future") {
  World world;
  Future<std::string> f(world.loop);
  f.set_result("text");
  const Outcome<std::string> outcome(*f.state());
  CHECK(outcome.has_value());
  CHECK(outcome.exception() == nullptr);
  CHECK_EQ(outcome.value(), "text");
  CHECK_EQ(f.result(), "text");  // a copy was taken
}

TEST("an outcome holds the error of a future, which is then retrieved") {
  World world;
  {
    IntFuture f(world.loop);
    f.set_exception(std::runtime_error("boom"));
    const Outcome<int> outcome(*f.state());
    CHECK(!outcome.has_value());
    CHECK(outcome.exception() != nullptr);
    CHECK_WHAT(outcome.value(), "boom");
  }
  CHECK(world.reports.empty());
}

TEST("the outcome of a cancelled future is a CancelledError") {
  World world;
  Future<> f(world.loop);
  f.cancel();
  const Outcome<void> outcome(*f.state());
  CHECK(!outcome.has_value());
  CHECK_THROWS(CancelledError, outcome.value());
}

TEST("an outcome without a value says that all is well") {
  World world;
  Future<> f(world.loop);
  f.set_result();
  const Outcome<void> outcome(*f.state());
  CHECK(outcome.has_value());
  outcome.value();
}

}  // namespace
