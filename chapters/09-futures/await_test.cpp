// Futures that coroutines await. Which of CPython's cases these are stands in
// future_test.cpp; test_future_stop_iteration_args is "an awaited pair comes
// whole".

#include <memory>
#include <stdexcept>
#include <utility>

#include "09-futures/future_world.hpp"
#include "common/test.hpp"

namespace {

using asyncio::CancelledError;
using asyncio::Coro;
using asyncio::EventLoop;
using asyncio::FramePool;
using asyncio::Future;
using test::Log;
using test::Start;
using test::World;
using IntFuture = Future<int>;

Coro<int> value_of(IntFuture f) { co_return co_await f; }

// How the await ended, in a word.
Coro<> watch(IntFuture f, Log& log) {
  std::string ended;
  try {
    const int value = co_await f;
    ended = std::to_string(value);
  } catch (const CancelledError& error) {
    ended = "cancelled: " + error.message();
  } catch (const std::exception& error) {
    ended = error.what();
  }
  log.push_back(ended);
}

TEST("an await of a pending future ends one iteration after its result") {
  World world;
  IntFuture f(world.loop);
  Start<int> root(world.loop, value_of(f));
  world.turn();
  CHECK(!root.done());
  f.set_result(42);
  CHECK(!root.done());
  world.turn();
  CHECK(root.done());
  CHECK_EQ(root.result(), 42);
}

TEST("an await of a done future does not suspend") {
  World world;
  IntFuture f(world.loop);
  f.set_result(42);
  Start<int> root(world.loop, value_of(f));
  world.turn();
  CHECK(root.done());
  CHECK_EQ(root.result(), 42);
}

Coro<> twice(IntFuture f, Log& log) {
  log.push_back("A");
  const int x = co_await f;
  log.push_back("B" + std::to_string(x));
  const int y = co_await f;
  log.push_back("C" + std::to_string(y));
}

TEST("a second await of a future gives the same without waiting") {
  World world;
  IntFuture f(world.loop);
  Log log;
  Start<> root(world.loop, twice(f, log));
  world.turn();
  CHECK_EQ(log, Log{"A"});
  f.set_result(42);
  world.turn();
  CHECK_EQ(log, Log({"A", "B42", "C42"}));
}

Coro<std::pair<int, int>> pair_of(Future<std::pair<int, int>> f) {
  co_return co_await f;
}

TEST("an awaited pair comes whole") {
  World world;
  Future<std::pair<int, int>> f(world.loop);
  f.set_result(std::pair(1, 2));
  Start<std::pair<int, int>> root(world.loop, pair_of(f));
  world.turn();
  CHECK(root.result() == std::pair(1, 2));
}

TEST("the await throws what the future ended with, and that is retrieving") {
  World world;
  Log log;
  {
    IntFuture f(world.loop);
    Start<> root(world.loop, watch(f, log));
    world.turn();
    f.set_exception(std::runtime_error("boom"));
    world.turn();
    CHECK(root.done());
  }
  CHECK_EQ(log, Log{"boom"});
  CHECK(world.reports.empty());
}

TEST("the await of a cancelled future throws CancelledError with the message") {
  World world;
  Log log;
  IntFuture f(world.loop);
  Start<> before(world.loop, watch(f, log));
  world.turn();
  f.cancel("enough");
  Start<> after(world.loop, watch(f, log));
  world.turn();
  CHECK_EQ(log, Log({"cancelled: enough", "cancelled: enough"}));
}

TEST("all who await a future get a copy, in the order of their awaits") {
  World world;
  Future<std::string> f(world.loop);
  Log log;
  auto reader = [](Future<std::string> page, std::string name,
                   Log& out) -> Coro<> {
    const std::string text = co_await page;
    out.push_back(name + text);
  };
  Start<> a(world.loop, reader(f, "a", log));
  Start<> b(world.loop, reader(f, "b", log));
  f.add_done_callback(
      [&](const Future<std::string>&) { log.push_back("callback"); });
  world.turn();
  Start<> c(world.loop, reader(f, "c", log));
  world.turn();
  f.set_result("!");
  world.turn();
  CHECK_EQ(log, Log({"callback", "a!", "b!", "c!"}));
  CHECK_EQ(f.result(), "!");
}

// ---- Values

// Counts how often it was copied.
struct Copies {
  Copies() = default;
  Copies(const Copies& other) : count(other.count + 1) {}
  Copies(Copies&& other) noexcept : count(other.count) {}
  int count = 0;
};

Coro<int> await_named(Future<Copies> f) {
  const Copies value = co_await f;
  co_return value.count;
}
Coro<int> await_last(Future<Copies> f) {
  const Copies value = co_await std::move(f);
  co_return value.count;
}

TEST("the last who can ask gets the value itself, and not a copy") {
  World world;
  Future<Copies> named(world.loop), last(world.loop), shared(world.loop);
  for (const auto& f : {named, last, shared}) f.set_result(Copies());
  Start<int> a(world.loop, await_named(named));
  Start<int> b(world.loop, await_last(std::exchange(last, {})));
  Start<int> c(world.loop, await_last(shared));
  world.turn();
  CHECK_EQ(a.result(), 1);
  CHECK_EQ(b.result(), 0);
  CHECK_EQ(c.result(), 1);
  CHECK_EQ(shared.result().count, 0);
}

TEST("a value that cannot be copied is moved to who awaits it") {
  using Pointer = std::unique_ptr<int>;
  World world;
  Future<Pointer> f(world.loop);
  auto take = [](Future<Pointer> from) -> Coro<Pointer> {
    co_return co_await from;
  };
  Start<Pointer> first(world.loop, take(f));
  Start<Pointer> second(world.loop, take(f));
  world.turn();
  f.set_result(std::make_unique<int>(42));
  world.turn();
  CHECK_EQ(*first.result(), 42);
  CHECK(second.result() == nullptr);
}

// Counts the copies that are made of it.
struct Counted {
  explicit Counted(int& a_count) : count(&a_count) {}
  Counted(const Counted& other) : count(other.count) { ++*count; }
  Counted(Counted&& other) noexcept = default;
  int* count;
};

Coro<Counted> counted(Future<Counted> f) {
  auto awaiter = f.operator co_await();
  f = {};
  co_return co_await std::move(awaiter);
}

TEST("a value is copied only if somebody else can still ask for it") {
  World world;
  int copies = 0;
  Future<Counted> shared(world.loop), last(world.loop);
  Start<Counted> one(world.loop, counted(shared));
  auto own = std::make_unique<Start<Counted>>(world.loop, counted(last));
  world.turn();
  shared.set_result(Counted(copies));
  world.turn();
  CHECK_EQ(copies, 1);
  last.set_result(Counted(copies));
  last = {};
  world.turn();
  CHECK_EQ(copies, 1);
}

TEST("a result dies with the last handle, and its memory with it") {
  const long live = FramePool::live();
  const auto token = test::make_token();
  {
    World world;
    Future<std::shared_ptr<int>> f(world.loop);
    f.set_result(token);
    CHECK_EQ(token.use_count(), 2);
    CHECK_EQ(FramePool::live(), live + 1);
  }
  CHECK_EQ(token.use_count(), 1);
  CHECK_EQ(FramePool::live(), live);
}

// ---- Lifetimes

TEST("a coroutine destroyed while it awaits is told nothing more") {
  const long live = FramePool::live();
  {
    World world;
    IntFuture f(world.loop);
    Log log;
    auto first = std::make_unique<Start<>>(world.loop, watch(f, log));
    Start<> second(world.loop, watch(f, log));
    world.turn();
    first.reset();
    f.set_result(1);
    world.turn();
    CHECK_EQ(log, Log{"1"});
  }
  CHECK_EQ(FramePool::live(), live);
}

// Keeps no handle while it waits; the awaiter has the only one.
Coro<> let_go(IntFuture f, Log& log) {
  auto awaiter = f.operator co_await();
  f = {};
  const int value = co_await std::move(awaiter);
  log.push_back(std::to_string(value));
}

TEST("an awaited future lives as long as somebody awaits it") {
  const long live = FramePool::live();
  {
    World world;
    Log log;
    IntFuture f(world.loop);
    asyncio::FutureState<int>* state = f.state().get();
    Start<> root(world.loop, let_go(f, log));
    f = {};
    world.turn();
    CHECK_EQ(state->ref_count(), 1u);
    state->set_result(3);
    world.turn();
    CHECK_EQ(log, Log{"3"});
  }
  CHECK_EQ(FramePool::live(), live);
}

TEST("a loop that is closed tells nobody, and leaves who awaits to its owner") {
  const long live = FramePool::live();
  {
    World world;
    Log log;
    IntFuture f(world.loop);
    Start<> root(world.loop, watch(f, log));
    world.turn();
    world.loop.close();
    f.set_result(1);
    CHECK(!root.done());
    CHECK(log.empty());
  }
  CHECK_EQ(FramePool::live(), live);
}

TEST("a future of another loop cannot be awaited") {
  World world;
  EventLoop other;
  Log log;
  IntFuture f(other);
  Start<> root(world.loop, watch(f, log));
  world.turn();
  CHECK(root.done());
  CHECK_EQ(log, Log{"Future is attached to a different loop"});
}

TEST("a done future of another loop can be awaited") {
  World world;
  EventLoop other;
  IntFuture f(other);
  f.set_result(5);
  Start<int> root(world.loop, value_of(f));
  world.turn();
  CHECK_EQ(root.result(), 5);
}

// ---- What a driver can do to a wait

TEST("cancelling what a chain waits for cancels the future") {
  World world;
  Log log;
  IntFuture f(world.loop);
  Start<> root(world.loop, watch(f, log));
  world.turn();
  CHECK(root.wait() != nullptr);
  CHECK(root.wait()->cancel("by the driver"));
  CHECK(f.cancelled());
  CHECK(!root.wait()->cancel("again"));
  world.turn();
  CHECK_EQ(log, Log{"cancelled: by the driver"});
}

TEST("an interrupt wins over a result that has not been seen yet") {
  World world;
  Log log;
  IntFuture f(world.loop);
  Start<> root(world.loop, watch(f, log));
  world.turn();
  f.set_result(1);
  root.set_interrupt();
  world.turn();
  CHECK_EQ(log, Log{"interrupted"});
  CHECK_EQ(f.result(), 1);  // nothing is lost
}

TEST("a cancelled future answers for an interrupt, too") {
  World world;
  Log log;
  IntFuture f(world.loop);
  Start<> root(world.loop, watch(f, log));
  world.turn();
  f.cancel("it");
  root.set_interrupt();
  world.turn();
  CHECK_EQ(log, Log{"cancelled: it"});
  CHECK(!root.interrupted());
}

TEST("to await an empty future is an error, and no crash") {
  World world;
  auto wait = []() -> Coro<> { co_await Future<int>(); };
  Start<> root(world.loop, wait());
  world.turn();
  CHECK(root.done());
  CHECK_WHAT(root.result(), "await: the Future is empty");
}

}  // namespace
