#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "05-callbacks/loop_test.hpp"
#include "exercises/expect.hpp"
#include "session.hpp"

using namespace std::chrono_literals;
using exercise::expect_equal;
using exercise::Session;

namespace {

// A loop whose time stands still until it has nothing else to do: 60 seconds
// are over at once.
struct World {
  test::ManualLoop time;
  std::vector<std::string> log;

  std::unique_ptr<Session> session(const char* client) {
    return std::make_unique<Session>(time.loop, client, log);
  }

  void run_for(asyncio::Duration duration) {
    time.loop.call_later(duration, [this] { time.loop.stop(); });
    time.loop.run_forever();
  }

  // The log, with commas.
  std::string said() const {
    std::string all;
    for (const std::string& line : log) {
      all += (all.empty() ? "" : ", ") + line;
    }
    return all;
  }
};

}  // namespace

TEST("a client that is silent for 30 seconds is reported once") {
  World world;
  const auto ann = world.session("ann");
  world.run_for(29s);
  expect_equal("the log after 29 seconds", world.said(), "",
               "the timer is set for 30 seconds");
  world.run_for(60s);
  expect_equal("the log after 89 seconds", world.said(), "ann is silent",
               "the timer still has to run while the session lives");
}

TEST("each word starts the 30 seconds again") {
  World world;
  const auto ann = world.session("ann");
  for (int i = 0; i < 5; ++i) {
    world.run_for(20s);
    ann->heard();
  }
  expect_equal("the log after 100 seconds with a word every 20", world.said(),
               "", "heard() cancels the old timer and sets a new one");
  world.run_for(31s);
  expect_equal("the log 31 seconds after the last word", world.said(),
               "ann is silent", "heard() sets a new timer");
}

TEST("a client that has left is not reported") {
  World world;
  auto ann = world.session("ann");
  const auto bob = world.session("bob");
  world.run_for(10s);
  ann->heard();
  world.run_for(10s);
  ann.reset();  // the client has left
  world.run_for(60s);
  expect_equal("the log a minute after ann has left, and bob is silent",
               world.said(), "bob is silent",
               "what has the session left behind in the loop?");
}

TEST("a session that has reported may die, too") {
  World world;
  auto ann = world.session("ann");
  world.run_for(31s);
  ann.reset();
  world.run_for(31s);
  expect_equal("the log", world.said(), "ann is silent",
               "to cancel what has run already does no harm");
}
