// The rules of a coroutine, one test a rule. Chains that wait are tested in
// chain_test.cpp; the native stack in stack_test.cpp; what g++ 12 gets wrong,
// and the forms that are safe, in forms_test.cpp.

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "08-coroutines/by_hand.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Coro;
using asyncio::FramePool;
using test::Gate;
using test::HandRoot;
using test::Loop;
using Log = std::vector<std::string>;

// Notes its own death.
class Noisy {
 public:
  Noisy(Log& log, std::string name) : log_(&log), name_(std::move(name)) {}
  Noisy(Noisy&& other) noexcept
      : log_(std::exchange(other.log_, nullptr)),
        name_(std::move(other.name_)) {}
  ~Noisy() {
    if (log_) log_->push_back("~" + name_);
  }

 private:
  Log* log_;
  std::string name_;
};

// ---- Lazy.

Coro<int> note(Log& log, int value) {
  log.push_back("runs");
  co_return value;
}

Coro<int> await_later(Log& log) {
  auto coro = note(log, 42);
  log.push_back("called");
  const int value = co_await std::move(coro);
  log.push_back("awaited");
  co_return value;
}

TEST("a coroutine does not run until it is awaited") {
  Loop loop;
  Log log;
  HandRoot root(loop, await_later(log));
  CHECK_EQ(log, Log{});
  root.run();
  CHECK_EQ(log, (Log{"called", "runs", "awaited"}));
  CHECK_EQ(root.result(), 42);
}

TEST("a coroutine that is never awaited never runs, and leaves no frame") {
  const long live = FramePool::live();
  Log log;
  {
    auto coro = note(log, 1);
    CHECK_EQ(FramePool::live(), live + 1);
  }
  CHECK_EQ(log, Log{});
  CHECK_EQ(FramePool::live(), live);
}

Coro<> take(Noisy, Log& log) {
  log.push_back("body");
  co_return;
}

TEST("arguments are moved into the frame, and die with it unawaited") {
  Log log;
  {
    auto coro = take(Noisy(log, "argument"), log);
    CHECK_EQ(log, Log{});
  }
  CHECK_EQ(log, Log{"~argument"});
}

Coro<> await_take(Log& log) {
  co_await take(Noisy(log, "argument"), log);
  log.push_back("back");
}

TEST("the frame and its arguments are gone when the await returns") {
  Loop loop;
  Log log;
  HandRoot root(loop, await_take(log));
  root.run();
  CHECK_EQ(log, (Log{"body", "~argument", "back"}));
}

// ---- Results.

Coro<std::unique_ptr<int>> make_unique_int(int value) {
  co_return std::make_unique<int>(value);
}
Coro<int> read_unique_int() {
  const auto pointer = co_await make_unique_int(7);
  co_return *pointer;
}

TEST("a result may be move-only") {
  Loop loop;
  HandRoot root(loop, read_unique_int());
  root.run();
  CHECK_EQ(root.result(), 7);
}

struct NoDefault {
  explicit NoDefault(int v) : value(v) {}
  int value;
};
Coro<NoDefault> make_no_default() { co_return NoDefault(3); }
Coro<int> read_no_default() {
  const NoDefault made = co_await make_no_default();
  co_return made.value;
}

TEST("a result needs no default constructor") {
  Loop loop;
  HandRoot root(loop, read_no_default());
  root.run();
  CHECK_EQ(root.result(), 3);
}

Coro<std::pair<int, std::string>> make_pair() { co_return {1, "one"}; }
Coro<std::string> read_pair() {
  auto pair = co_await make_pair();
  co_return std::move(pair.second);
}

TEST("co_return takes what would initialise the result") {
  Loop loop;
  HandRoot root(loop, read_pair());
  root.run();
  CHECK_EQ(root.result(), "one");
}

Coro<Noisy> make_noisy(Log& log) { co_return Noisy(log, "result"); }

TEST("a result that nobody takes is destroyed with its owner") {
  Loop loop;
  Log log;
  {
    HandRoot root(loop, make_noisy(log));
    root.run();
    CHECK(root.done());
    CHECK_EQ(log, Log{});
  }
  CHECK_EQ(log, Log{"~result"});
}

// ---- Exceptions.

Coro<int> fail(int value) {
  if (value >= 0) throw std::runtime_error("failed");
  co_return value;
}
Coro<int> pass_on(int value) {
  const int result = co_await fail(value);
  co_return result + 1;
}
Coro<std::string> catch_it() {
  std::string what;
  try {
    co_await pass_on(1);
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  const int next = co_await pass_on(-1);  // and life goes on
  co_return what + " " + std::to_string(next);
}

TEST("what a coroutine throws comes out of the co_await, through any depth") {
  Loop loop;
  const long live = FramePool::live();
  HandRoot caught(loop, catch_it());
  caught.run();
  CHECK_EQ(caught.result(), "failed 0");
  HandRoot uncaught(loop, pass_on(1));
  uncaught.run();
  CHECK_WHAT(uncaught.result(), "failed");
  CHECK_EQ(FramePool::live(), live);
}

struct ThrowsOnCopy {
  ThrowsOnCopy() = default;
  ThrowsOnCopy(const ThrowsOnCopy&) { throw std::runtime_error("no copy"); }
};
Coro<ThrowsOnCopy> give_copy() {
  const ThrowsOnCopy original;
  co_return original;
}
Coro<> take_copy() { co_await give_copy(); }

TEST("a result that cannot be made is an exception of the coroutine") {
  Loop loop;
  HandRoot root(loop, take_copy());
  root.run();
  CHECK(root.done());
  CHECK_WHAT(root.result(), "no copy");
}

// ---- One owner, one await.

static_assert(!std::is_copy_constructible_v<Coro<int>>);
static_assert(!std::is_copy_assignable_v<Coro<int>>);
static_assert(std::is_nothrow_move_constructible_v<Coro<int>>);

// What must not compile: co_await on a Coro that keeps its name.
template <class C>
concept AwaitableAs = requires(C&& c) {
  static_cast<C&&>(c).operator co_await();
};
static_assert(AwaitableAs<Coro<int>>);
static_assert(!AwaitableAs<Coro<int>&>);
static_assert(!AwaitableAs<const Coro<int>&>);

Coro<> await_again(Log& log) {
  auto coro = note(log, 1);
  co_await std::move(coro);
  co_await std::move(coro);
}

TEST("a second await of a coroutine throws") {
  Loop loop;
  Log log;
  HandRoot root(loop, await_again(log));
  root.run();
  CHECK_WHAT(root.result(), "cannot reuse already awaited coroutine");
  CHECK_EQ(log, Log{"runs"});
}

Coro<> await_this(Coro<>& coro) { co_await std::move(coro); }

Coro<> stand(Gate& gate) { co_await gate; }

TEST("an await of a coroutine that is being awaited throws") {
  Loop loop;
  Gate gate;
  Coro<> shared = stand(gate);
  HandRoot first(loop, await_this(shared));
  HandRoot second(loop, await_this(shared));
  first.run();
  second.run();
  CHECK_WHAT(second.result(), "coroutine is being awaited already");
  gate.open();
  loop.turn();
  first.result();
}

TEST("assigning to a coroutine destroys the one it held") {
  Log log;
  auto coro = take(Noisy(log, "first"), log);
  coro = take(Noisy(log, "second"), log);
  CHECK_EQ(log, Log{"~first"});
  CHECK(bool(coro));
  auto other = std::move(coro);
  CHECK(!coro);
  CHECK(bool(other));
}

// ---- Never awaited.

TEST("debug mode tells of a coroutine that was never awaited") {
  for (const bool debug : {false, true}) {
    Loop loop;
    Log log;
    loop.set_debug(debug);
    loop.set_exception_handler(
        [&](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
          log.push_back(context.message);
        });
    loop.call_soon([] { (void)note(*std::make_unique<Log>(), 1); });
    loop.turn();
    CHECK_EQ(log.size(), debug ? 1u : 0u);
    if (debug) CHECK_EQ(log[0], "coroutine was never awaited");
  }
}

Coro<> call_and_await(Log& log) { co_await note(log, 1); }

TEST("debug mode says nothing of one that was awaited") {
  Loop loop;
  Log log, messages;
  loop.set_debug(true);
  loop.set_exception_handler(
      [&](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
        messages.push_back(context.message);
      });
  HandRoot root(loop, call_and_await(log));
  loop.schedule(root);
  loop.turn();
  CHECK(root.done());
  CHECK_EQ(messages, Log{});
}

}  // namespace
