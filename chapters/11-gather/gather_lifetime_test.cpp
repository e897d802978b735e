#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/as_completed.hpp"
#include "11-gather/gather.hpp"
#include "11-gather/gather_world.hpp"
#include "11-gather/wait.hpp"

// Who keeps whom alive: handles that are dropped, loops that end, results that
// must not be copied. C++ has its own cases here; CPython has a garbage
// collector.

namespace {

using namespace test;
using asyncio::as_completed;
using asyncio::gather;
using asyncio::return_exceptions;
using asyncio::sleep;
using asyncio::wait;
using std::runtime_error;
using Unique = std::unique_ptr<int>;

Coro<void> fail(std::string text, Duration delay) {
  co_await sleep(delay);
  throw runtime_error(text);
}
Coro<void> count(int& counter, Duration delay) {
  co_await sleep(delay);
  ++counter;
}
Coro<Unique> make_unique_after(int value, Duration delay) {
  co_await sleep(delay);
  co_return std::make_unique<int>(value);
}

// ---- A gather that nobody holds.

Coro<void> drop_gather(int& counter) {
  (void)gather(count(counter, 1s), fail("first", 2s), count(counter, 3s),
               fail("second", 4s));
  co_await sleep(5s);
}

TEST("children run on when the gather is dropped, and one error is reported") {
  NoLeak no_leak;
  World world;
  int counter = 0;
  world.run(drop_gather(counter));
  CHECK_EQ(counter, 2);
  // gather's own, the first one; as in CPython, the second is marked.
  CHECK_EQ(world.reported, std::vector<std::string>{
                               "Future exception was never retrieved: first"});
}

Coro<void> drop_gather_with_callback(bool& called) {
  gather(sleep(1s, 1), sleep(2s, 2)).add_done_callback([&](const auto& all) {
    called = all.result() == std::tuple(1, 2);
  });
  co_await sleep(3s);
}

TEST("the callback of a dropped gather is called all the same") {
  NoLeak no_leak;
  World world;
  bool called = false;
  world.run(drop_gather_with_callback(called));
  CHECK(called);
}

// ---- A loop that ends first. Each coroutine is suspended where it waits.

Coro<void> wait_in_gather(Future<int> future, int& counter) {
  std::vector<Coro<void>> children;
  for (int i = 0; i < 3; ++i) children.push_back(count(counter, 1s));
  const auto a = gather(std::move(children));
  const auto b = gather(return_exceptions, future, a);
  co_await b;
}

Coro<void> wait_in_wait(Future<int> future) {
  const std::vector<Future<int>> futures{future, future};
  co_await wait(futures, 5s);
}

Coro<void> wait_in_as_completed(Future<int> future) {
  const std::vector<Future<int>> futures{future};
  for (Coro<int> next : as_completed(futures, 5s)) {
    co_await std::move(next);
  }
}

TEST("a loop that ends with gather, wait and as_completed leaks nothing") {
  NoLeak no_leak;
  int counter = 0;
  std::optional<World> world(std::in_place);
  world->start(wait_in_gather(world->future(), counter));
  world->start(wait_in_wait(world->future()));
  world->start(wait_in_as_completed(world->future()));
  for (int i = 0; i < 5; ++i) world->turn();
  world.reset();
  CHECK_EQ(counter, 0);
}

TEST("a gather and a future that only know of one another do not leak") {
  NoLeak no_leak;
  World world;
  (void)gather(world.future(), world.future<void>());
  (void)gather(return_exceptions, world.futures(3));
  world.turn();
}

TEST("a sequence that was left early, and its future, do not leak") {
  NoLeak no_leak;
  World world;
  world.run([](std::vector<Future<int>> futures) -> Coro<void> {
    futures[0].set_result(1);
    for (Coro<int> next : as_completed(std::move(futures), 5s)) {
      const int first = co_await std::move(next);
      CHECK_EQ(first, 1);
      break;
    }
  }(world.futures(3)));
  world.turn();
}

TEST("a gather may outlive its loop") {
  NoLeak no_leak;
  std::optional<World> world(std::in_place);
  const auto child = world->future();
  const auto all = gather(child, world->future());
  world->turn();
  world.reset();
  CHECK(!all.done());
}

TEST("a loop that ends with a completion on its way leaks nothing") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  children[0].set_result(1);
  children[1].set_exception(runtime_error("broke"));
  CHECK(children[1].exception() != nullptr);
}

// ---- Results.

Coro<int> sum_of_unique() {
  std::vector<Coro<Unique>> makers;
  for (int i = 1; i <= 3; ++i) makers.push_back(make_unique_after(i, 1s / i));
  const std::vector<Unique> all = co_await gather(std::move(makers));
  int sum = 0;
  for (const Unique& value : all) sum += *value;
  const auto pair =
      co_await gather(make_unique_after(10, 1s), make_unique_after(20, 2s));
  co_return sum + *std::get<0>(pair) + *std::get<1>(pair);
}

TEST("gather gives results that can only be moved") {
  NoLeak no_leak;
  World world;
  CHECK_EQ(world.run(sum_of_unique()), 36);
}

Coro<int> first_unique() {
  std::vector<Coro<Unique>> makers;
  makers.push_back(make_unique_after(1, 2s));
  makers.push_back(make_unique_after(2, 1s));
  int sum = 0;
  for (Coro<Unique> next : as_completed(std::move(makers))) {
    const Unique value = co_await std::move(next);
    sum = 10 * sum + *value;
  }
  co_return sum;
}

TEST("as_completed gives results that can only be moved") {
  NoLeak no_leak;
  World world;
  CHECK_EQ(world.run(first_unique()), 21);
}

// Counts its copies.
struct Counted {
  explicit Counted(int* a_copies) : copies(a_copies) {}
  Counted(const Counted& other) : copies(other.copies) { ++*copies; }
  Counted(Counted&&) = default;
  int* copies;
};

Coro<Counted> make_counted(int& copies) { co_return Counted(&copies); }

TEST("a result that nobody else can see is moved, not copied") {
  NoLeak no_leak;
  World world;
  int copies = 0;
  world.run([](int& copied) -> Coro<void> {
    std::vector<Coro<Counted>> makers;
    for (int i = 0; i < 5; ++i) makers.push_back(make_counted(copied));
    const auto all = gather(std::move(makers));
    while (!all.done()) co_await sleep(Duration::zero());
    std::vector<Coro<Counted>> again;
    again.push_back(make_counted(copied));
    for (Coro<Counted> next : as_completed(std::move(again))) {
      co_await std::move(next);
    }
  }(copies));
  CHECK_EQ(copies, 0);
}

}  // namespace
