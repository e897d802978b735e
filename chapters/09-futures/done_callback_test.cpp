// add_done_callback and its removal. Which of CPython's cases these are stands
// in future_test.cpp.
//
// A callback is removed by the id that adding it gave, since two functions
// cannot be compared in C++. So CPython's cases in which a comparison changes
// the list (test_remove_done_callbacks_list_*, mutation_2) become: a function's
// destructor changes it.

#include <memory>
#include <stdexcept>

#include "09-futures/future_world.hpp"
#include "common/interrupt.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Future;
using test::Numbers;
using test::World;
using IntFuture = Future<int>;

struct Bag : World {
  std::uint64_t add(int thing) {
    return f.add_done_callback(
        [this, thing](const IntFuture&) { bag.push_back(thing); });
  }
  Numbers finish() {
    f.set_result(1);
    turn();
    return bag;
  }
  IntFuture f{loop};
  Numbers bag;
};

TEST("callbacks run in the order in which they were added") {
  Bag world;
  for (int thing : {42, 17, 100}) world.add(thing);
  CHECK_EQ(world.finish(), Numbers({42, 17, 100}));
  world.turn();
  CHECK_EQ(world.bag.size(), 3u);  // once
}

TEST("completing a future calls nobody: the loop does, next time") {
  Bag world;
  world.add(1);
  world.loop.call_soon([&] {
    world.f.set_result(1);
    CHECK(world.bag.empty());
    world.loop.call_soon([&] { world.bag.push_back(2); });
  });
  world.turn();
  CHECK(world.bag.empty());
  world.turn();
  CHECK_EQ(world.bag, Numbers({1, 2}));
}

TEST("callbacks run when the future ends with an exception") {
  Bag world;
  world.add(100);
  world.f.set_exception(std::runtime_error("boom"));
  world.turn();
  CHECK_EQ(world.bag, Numbers({100}));
  CHECK_WHAT(world.f.result(), "boom");
}

TEST("callbacks run when the future is cancelled") {
  Bag world;
  world.add(100);
  world.f.cancel();
  CHECK(world.bag.empty());
  world.turn();
  CHECK_EQ(world.bag, Numbers({100}));
}

TEST("a callback is given the future") {
  World world;
  IntFuture f(world.loop);
  int seen = 0;
  f.add_done_callback([&](const IntFuture& done) {
    CHECK(done == f);
    seen = done.result();
  });
  f.set_result(42);
  world.turn();
  CHECK_EQ(seen, 42);
}

TEST("a callback added to a done future is called by the loop, too") {
  Bag world;
  world.f.set_result(1);
  world.add(1);
  world.add(2);
  CHECK(world.bag.empty());
  world.turn();
  CHECK_EQ(world.bag, Numbers({1, 2}));
}

TEST("removing the first callback keeps the rest in order") {
  Bag world;
  const auto first = world.add(42);
  world.add(17);
  world.add(100);
  CHECK(world.f.remove_done_callback(first));
  CHECK(!world.f.remove_done_callback(first));
  CHECK_EQ(world.finish(), Numbers({17, 100}));
}

TEST("removing the first and the second leaves the third") {
  Bag world;
  const auto first = world.add(42);
  const auto second = world.add(17);
  world.add(100);
  CHECK(world.f.remove_done_callback(first));
  CHECK(world.f.remove_done_callback(second));
  CHECK(!world.f.remove_done_callback(first));
  CHECK_EQ(world.finish(), Numbers({100}));
}

TEST("removing the third leaves the first and the second") {
  Bag world;
  world.add(42);
  world.add(17);
  const auto third = world.add(100);
  CHECK(world.f.remove_done_callback(third));
  CHECK(!world.f.remove_done_callback(third));
  CHECK_EQ(world.finish(), Numbers({42, 17}));
}

TEST("a callback added after a removal comes last") {
  Bag world;
  const auto first = world.add(1);
  world.add(2);
  world.f.remove_done_callback(first);
  world.add(3);
  CHECK_EQ(world.finish(), Numbers({2, 3}));
}

TEST("an unknown id removes nothing") {
  Bag world;
  world.add(1);
  CHECK(!world.f.remove_done_callback(0));
  CHECK_EQ(world.finish(), Numbers({1}));
}

TEST("an id belongs to one future") {
  Bag world;
  IntFuture other(world.loop);
  const auto id = world.add(1);
  CHECK(!other.remove_done_callback(id));
  CHECK_EQ(world.finish(), Numbers({1}));
}

TEST("a callback that is scheduled is no longer there to be removed") {
  Bag world;
  std::uint64_t second = 0;
  bool removed = true;
  world.f.add_done_callback([&](const IntFuture& f) {
    removed = f.remove_done_callback(second);
  });
  second = world.add(2);
  world.add(3);
  CHECK_EQ(world.finish(), Numbers({2, 3}));
  CHECK(!removed);
}

TEST("a callback may add another, which runs in the next iteration") {
  Bag world;
  world.f.add_done_callback([&](const IntFuture&) { world.add(2); });
  CHECK_EQ(world.finish(), Numbers{});
  world.turn();
  CHECK_EQ(world.bag, Numbers({2}));
}

// A function that changes the future's list when it dies.
struct Evil {
  explicit Evil(Bag& a_world) : world(&a_world) {}
  Evil(Evil&& other) noexcept : world(std::exchange(other.world, nullptr)) {}
  ~Evil() {
    if (world) world->add(7);
  }
  void operator()(const IntFuture&) const {}
  Bag* world;
};

TEST("removing a callback whose destructor adds one is safe") {
  Bag world;
  world.add(1);
  const auto evil = world.f.add_done_callback(Evil(world));
  for (int i = 0; i < 63; ++i) world.add(2);
  CHECK(world.f.remove_done_callback(evil));
  Numbers expected{1};
  expected.insert(expected.end(), 63, 2);
  expected.push_back(7);
  CHECK_EQ(world.finish(), expected);
}

TEST("removing a callback whose destructor removes the others is safe") {
  struct Clear {
    explicit Clear(Bag& a_world) : world(&a_world) {}
    Clear(Clear&& other) noexcept
        : world(std::exchange(other.world, nullptr)) {}
    ~Clear() {
      for (std::uint64_t id = first; world && id <= last; ++id) {
        world->f.remove_done_callback(id);
      }
    }
    void operator()(const IntFuture&) const {}
    Bag* world;
    std::uint64_t first = 0, last = 1000;
  };
  Bag world;
  world.add(1);
  const auto clear = world.f.add_done_callback(Clear(world));
  for (int i = 0; i < 63; ++i) world.add(2);
  CHECK(world.f.remove_done_callback(clear));
  CHECK_EQ(world.finish(), Numbers{});
}

TEST("an exception that leaves a callback is reported, and stops no other") {
  Bag world;
  world.f.add_done_callback(
      [](const IntFuture&) { throw std::runtime_error("in a callback"); });
  world.add(2);
  CHECK_EQ(world.finish(), Numbers({2}));
  CHECK_EQ(world.reports, test::Log{"Exception in callback: in a callback"});
}

TEST("Ctrl-C passes through a callback") {
  Bag world;
  world.f.add_done_callback([](const IntFuture&) {
    throw asyncio::Interrupted();
  });
  world.f.set_result(1);
  CHECK_THROWS(asyncio::Interrupted, world.turn());
  CHECK(world.reports.empty());
}

TEST("what a callback holds dies when it has run, or was removed") {
  Bag world;
  const auto token = test::make_token();
  world.f.add_done_callback([token](const IntFuture&) {});
  const auto removed =
      world.f.add_done_callback([token](const IntFuture&) {});
  CHECK_EQ(token.use_count(), 3);
  world.f.remove_done_callback(removed);
  CHECK_EQ(token.use_count(), 2);
  world.finish();
  CHECK_EQ(token.use_count(), 1);
}

TEST("what callbacks hold dies with a future that nobody completes") {
  World world;
  const auto token = test::make_token();
  {
    IntFuture f(world.loop);
    f.add_done_callback([token](const IntFuture&) {});
    f.add_done_callback([token](const IntFuture&) {});
  }
  CHECK_EQ(token.use_count(), 1);
}

TEST("what callbacks hold dies with a loop that closes before they run") {
  const long live = asyncio::FramePool::live();
  const auto token = test::make_token();
  {
    World world;
    IntFuture f(world.loop);
    f.add_done_callback([token](const IntFuture&) {});
    f.set_result(1);
    world.loop.close();
    CHECK_EQ(token.use_count(), 1);
  }
  CHECK_EQ(asyncio::FramePool::live(), live);
}

TEST("a scheduled callback keeps its future alive until it has run") {
  World world;
  int seen = 0;
  {
    IntFuture f(world.loop);
    f.add_done_callback([&](const IntFuture& done) { seen = done.result(); });
    f.set_result(42);
  }
  world.turn();
  CHECK_EQ(seen, 42);
}

}  // namespace
