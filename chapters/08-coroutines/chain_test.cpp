// Chains that wait: how they are resumed, destroyed and looked at. The rules of
// one coroutine are in coro_test.cpp.

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

// ---- An exception after a wait.

Coro<> fail_after(Gate& gate) {
  co_await gate;
  throw std::runtime_error("late");
}
Coro<std::string> await_failure(Gate& gate) {
  try {
    co_await fail_after(gate);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST("an exception after a suspension reaches the awaiter too") {
  Loop loop;
  Gate gate;
  HandRoot root(loop, await_failure(gate));
  root.run();
  CHECK(!root.done());
  gate.open();
  loop.turn();
  CHECK_EQ(root.result(), "late");
}

// ---- Suspending.

Coro<int> leaf(Gate& gate, Log& log) {
  log.push_back("leaf waits");
  co_await gate;
  log.push_back("leaf goes on");
  co_return 1;
}
Coro<int> middle(Gate& gate, Log& log) {
  const int value = co_await leaf(gate, log);
  log.push_back("middle goes on");
  co_return value + 1;
}

TEST("a wait suspends the whole chain, and waking resumes it from the leaf") {
  Loop loop;
  Gate gate;
  Log log;
  HandRoot root(loop, middle(gate, log));
  root.run();
  CHECK(root.suspended());
  CHECK_EQ(log, Log{"leaf waits"});
  gate.open();
  CHECK_EQ(log, Log{"leaf waits"});  // not here, but through the loop
  loop.turn();
  CHECK_EQ(log, (Log{"leaf waits", "leaf goes on", "middle goes on"}));
  CHECK_EQ(root.result(), 2);
}

TEST("what the chain waits for is known while it waits, and only then") {
  Loop loop;
  Gate gate;
  Log log;
  HandRoot root(loop, middle(gate, log));
  CHECK(root.wait() == nullptr);
  CHECK(root.suspended());  // it has not begun
  root.run();
  CHECK(root.wait() == &gate);
  gate.open();
  loop.turn();
  CHECK(root.wait() == nullptr);
  CHECK(!root.suspended());
}

Coro<> wait_twice(Gate& first, Gate& second, Log& log) {
  co_await leaf(first, log);
  co_await leaf(second, log);
}

TEST("a chain can wait again and again") {
  Loop loop;
  Gate first, second;
  Log log;
  HandRoot root(loop, wait_twice(first, second, log));
  root.run();
  first.open();
  loop.turn();
  CHECK(root.wait() == &second);
  second.open();
  loop.turn();
  CHECK(root.done());
  CHECK_EQ(log.size(), 4);
}

Coro<> hold(Gate& gate, Noisy) {
  Log unused;
  co_await leaf(gate, unused);
}
Coro<> hold_outer(Gate& gate, Log& log) {
  const Noisy outer(log, "outer");
  co_await hold(gate, Noisy(log, "inner"));
  log.push_back("never");
}

TEST("destroying a chain that waits destroys its locals, innermost first") {
  Loop loop;
  const long live = FramePool::live();
  Gate gate;
  Log log;
  {
    HandRoot root(loop, hold_outer(gate, log));
    root.run();
    CHECK_EQ(log, Log{});
  }
  CHECK_EQ(log, (Log{"~inner", "~outer"}));
  CHECK_EQ(FramePool::live(), live);
}

Coro<> take(Noisy) { co_return; }
Coro<> drop_half(Gate& gate, Log& log) {
  Coro<> never = take(Noisy(log, "never awaited"));
  co_await hold(gate, Noisy(log, "held"));
  co_await std::move(never);
}

TEST("a coroutine held by one that is destroyed is destroyed with it") {
  Loop loop;
  Gate gate;
  Log log;
  {
    HandRoot root(loop, drop_half(gate, log));
    root.run();
  }
  CHECK_EQ(log, (Log{"~held", "~never awaited"}));
}

// ---- Interrupts, which chapter 10 makes CancelledError of.

TEST("an interrupt is thrown at the await, once") {
  Loop loop;
  Gate gate;
  HandRoot root(loop, await_failure(gate));
  root.run();
  root.set_interrupt();
  gate.open();
  loop.turn();
  CHECK_EQ(root.result(), "interrupted");
  CHECK(!root.interrupted());
}

// ---- Where a chain stands.

constexpr unsigned kInnerLine = __LINE__ + 1;
Coro<> stand(Gate& gate) { co_await gate; }

constexpr unsigned kOuterLine = __LINE__ + 1;
Coro<> stand_outer(Gate& gate) { co_await stand(gate); }

TEST("every co_await leaves its line in the frame, and the chain is linked") {
  Loop loop;
  Gate gate;
  HandRoot root(loop, stand_outer(gate));
  root.run();
  const auto* inner = root.innermost();
  CHECK(inner != nullptr);
  CHECK_EQ(inner->where().line(), kInnerLine);
  const auto* outer = inner->caller();
  CHECK(outer != nullptr);
  CHECK_EQ(outer->where().line(), kOuterLine);
  CHECK(std::string(outer->where().file_name()).ends_with("chain_test.cpp"));
  CHECK(outer->caller() == nullptr);
}

}  // namespace
