// What this chapter's tests have in common, beside gather_world.hpp.
//
// Not part of the library: for programs and tests.

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "05-callbacks/observer.hpp"
#include "11-gather/gather_world.hpp"

namespace test {

// How many times the loop has to wait until nothing is left to wait for, with
// one timer of its own `delay` from now: 1 when there is no other timer.
inline int waits_until(World& world, Duration delay) {
  struct Waits : asyncio::Observer {
    void polling(std::optional<Duration> timeout) override {
      if (timeout && *timeout > Duration::zero()) ++count;
    }
    int count = 0;
  } waits;
  world.loop.call_later(delay, [&] { world.loop.stop(); });
  world.loop.set_observer(&waits);
  world.loop.run_forever();
  world.loop.set_observer(nullptr);
  return waits.count;
}

// Runs the loop for that long.
inline void pass(World& world, Duration delay) {
  world.loop.call_later(delay, [&] { world.loop.stop(); });
  world.loop.run_forever();
  world.settle();
}

// Runs the loop until the task is done: how it ended, as state_of() says it.
template <class T>
std::string end_of(World& world, const Task<T>& task) {
  task.add_done_callback([&](const Future<T>&) { world.loop.stop(); });
  world.loop.run_forever();
  return state_of(task);
}
template <class T>
std::string end_of(World& world, Coro<T> coro) {
  return end_of(world, world.start(std::move(coro)));
}

}  // namespace test
