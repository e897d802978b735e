#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "05-callbacks/loop_test.hpp"
#include "exercises/expect.hpp"
#include "jitter_callback.hpp"

using namespace std::chrono_literals;
using asyncio::Duration;
using exercise::expect;
using exercise::expect_equal;
using exercise::JitterCallback;

namespace {

// A loop whose time stands still, and chance that is known beforehand.
struct World {
  test::ManualLoop time;
  std::vector<double> chances;  // the last one again and again
  std::size_t drawn = 0;
  std::vector<Duration> takes;  // how long each call takes; the rest none
  std::vector<long> came;       // when each call was made, in milliseconds

  // Runs for that long with this period and jitter.
  void run(Duration duration, Duration period, double jitter) {
    JitterCallback callback(
        time.loop, period, jitter, [this] { return chance(); },
        [this] { call(); });
    callback.start();
    time.loop.call_later(duration, [this] { time.loop.stop(); });
    time.loop.run_forever();
  }

  double chance() {
    const std::size_t number = drawn++;
    return chances[number < chances.size() ? number : chances.size() - 1];
  }

  void call() {
    const auto now = time.loop.time().time_since_epoch();
    came.push_back(std::chrono::round<std::chrono::milliseconds>(now).count());
    if (came.size() <= takes.size()) time.clock->skip(takes[came.size() - 1]);
    if (came.size() > 20) time.loop.stop();  // somebody does not go forward
  }
};

std::string text(const std::vector<long>& times) {
  std::string all;
  for (const long time : times) {
    all += (all.empty() ? "" : " ") + std::to_string(time);
  }
  return all;
}

}  // namespace

TEST("each period is longer or shorter by its own chance") {
  World world;
  world.chances = {0.0, 0.75, 0.5, 0.999999999};
  world.run(4500ms, 1000ms, 0.2);
  expect_equal("calls with the chances 0, 0.75, 0.5 and 0.999999999",
               text(world.came), "900 1950 2950 4050",
               "the first period is 1000 * (1 + 0.2 * (0 - 0.5)) ms; does "
               "each period draw a number of its own?");
}

TEST("without a jitter each period is the same") {
  World world;
  world.chances = {0.0, 0.9, 0.3};
  world.run(450ms, 100ms, 0.0);
  expect_equal("calls with a jitter of 0", text(world.came), "100 200 300 400",
               "a jitter of 0 multiplies the chance by nothing");
}

TEST("calls that take their time do not shift those that follow") {
  World world;
  world.chances = {0.5};
  world.takes = {10ms, 30ms, 10ms, 60ms};
  world.run(550ms, 100ms, 0.4);
  expect_equal("calls of 10, 30, 10 and 60 ms, once in 100 ms",
               text(world.came), "100 200 300 400 500",
               "a period runs from when the last call was due, not from its "
               "end");
}

TEST("calls that were missed are left out") {
  World world;
  world.chances = {0.5};
  world.takes = {0ms, 250ms};
  world.run(750ms, 100ms, 0.4);
  expect_equal("calls once in 100 ms, of which the second takes 250 ms",
               text(world.came), "100 200 500 600 700",
               "at 450 ms, 300 and 400 are over; is the next one in the "
               "future?");
}

TEST("calls that were missed are whole periods, with the jitter in them") {
  World world;
  world.chances = {0.0};
  world.takes = {300ms};
  world.run(750ms, 100ms, 0.4);
  expect_equal("calls once in 80 ms, of which the first takes 300 ms",
               text(world.came), "80 400 480 560 640 720",
               "which period do you skip by?");
}
