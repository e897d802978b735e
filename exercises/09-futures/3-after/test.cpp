#include <chrono>
#include <optional>
#include <string>

#include "09-futures/future_world.hpp"
#include "after.hpp"
#include "common/socket.hpp"
#include "exercises/expect.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using exercise::after;
using exercise::expect;
using exercise::expect_equal;
using test::Log;

namespace {

struct World : test::World {
  // Runs the loop for `delay` of its own time, which jumps.
  void run_for(Duration delay) {
    loop.call_later(delay, [this] { loop.stop(); });
    loop.run_forever();
  }
  // For how long the loop would sleep if nothing came: until its next timer.
  std::optional<Duration> next_timer() {
    auto [reader, writer] = asyncio::Socket::pair();
    writer.send_all("x");  // something does come, so that it returns
    loop.add_reader(reader.fd(), [this] { loop.stop(); });
    test::PollCounter counter;
    loop.set_observer(&counter);
    loop.run_forever();
    loop.set_observer(nullptr);
    loop.remove_reader(reader.fd());
    return counter.last;
  }
  void expect_no_report() {
    expect_equal("what the loop's exception handler was told", reports, Log{},
                 "who may have completed the future when the timer fires?");
  }
};

}  // namespace

TEST("the future is done when the delay has passed, and not before") {
  World world;
  const Future<> future = after(world.loop, 10s);
  world.run_for(9s);
  expect_equal("whether it is done after 9 of 10 seconds", future.done(),
               false, "the timer completes it, and nobody else");
  world.run_for(2s);
  expect_equal("whether it is done after 11 of 10 seconds", future.done(),
               true, "call_later calls a function of yours; what does it do?");
  future.result();
  world.expect_no_report();
}

TEST("the future is awaited, and nobody else holds it") {
  World world;
  Log log;
  auto body = [&]() -> Coro<> {
    co_await after(world.loop, 1s);
    log.push_back("one");
    co_await after(world.loop, 1s);
    log.push_back("two");
  };
  test::Start<> start(world.loop, body());
  world.run_for(1500ms);
  expect_equal("what has run after 1.5 seconds", log, Log{"one"},
               "the handle is a temporary; who keeps the future alive?");
  world.run_for(1s);
  expect_equal("what has run after 2.5 seconds", log, Log{"one", "two"},
               "each call makes a future and a timer of its own");
  world.expect_no_report();
}

TEST("who cancels the future cancels its timer") {
  World world;
  const Future<> future = after(world.loop, 10h);
  future.cancel();
  world.run_for(1s);
  expect(future.cancelled(), "the future is cancelled",
         "what cancel() has done, nobody takes back");
  const auto next = world.next_timer();
  expect(!next, "the loop has no timer left",
         "somebody must cancel the timer when the future is done; whom does "
         "a future tell of its end?");
  world.run_for(11h);
  world.expect_no_report();
}

TEST("a future that is completed by hand needs its timer no longer") {
  World world;
  const Future<> future = after(world.loop, 10h);
  future.set_result();
  world.run_for(1s);
  const auto next = world.next_timer();
  expect(!next, "the loop has no timer left",
         "cancelled or not: a future that is done needs no timer");
  world.run_for(11h);
  world.expect_no_report();
}

TEST("a cancel in the very iteration in which the timer fires") {
  World world;
  Future<> future;
  world.loop.call_later(1s, [&] { future.cancel(); });
  future = after(world.loop, 1s);
  world.run_for(2s);
  expect(future.cancelled(), "the future is cancelled: cancel() was first",
         "the timer is in the loop's queue already when cancel() is called");
  world.expect_no_report();
}

TEST("nothing is left over when the future is gone") {
  World world;
  const Future<> future = after(world.loop, 1s);
  const auto* state = future.state().get();
  world.run_for(2s);
  expect_equal("how many hold the future when all is over",
               state->ref_count(), 1u,
               "if the timer's function holds the future, and the future's "
               "callback the timer, who lets go first?");
  const Future<> other = after(world.loop, 10h);
  other.cancel();
  world.run_for(1s);
  expect_equal("how many hold a future that was cancelled",
               other.state()->ref_count(), 1u,
               "the function of a cancelled timer is destroyed");
}
