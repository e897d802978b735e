// How co_await may be written so that every compiler gets it right. g++ 12
// miscompiles some forms, without a warning: an aggregate temporary inside a
// co_await expression is destroyed twice, and so is a lambda with captures;
// a co_await in the condition of an if, in a function without locals, starts
// the body twice. The forms below are the safe ones, and a test that fails
// here says that a compiler has a new trap.

#include <optional>
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

// Counts its objects: a double destruction makes the count negative, and a
// forgotten one leaves it above zero.
class Counted {
 public:
  explicit Counted(int v) : value(v) { ++alive; }
  Counted(const Counted& other) : value(other.value) { ++alive; }
  ~Counted() { --alive; }
  static inline int alive = 0;
  int value;
};

// Runs a coroutine that suspends once on the way, or not at all, and checks
// that nothing is left of it.
template <class F>
auto run_form(F form) {
  const long frames = FramePool::live();
  const int alive = Counted::alive;
  std::optional<decltype(HandRoot(std::declval<asyncio::EventLoop&>(),
                                  form(std::declval<Gate&>()))
                             .result())>
      result;
  {
    Loop loop;
    Gate gate;
    HandRoot root(loop, form(gate));
    root.run();
    while (gate.waited_for()) {
      gate.open();
      loop.turn();
    }
    result = root.result();
  }
  CHECK_EQ(Counted::alive, alive);
  CHECK_EQ(FramePool::live(), frames);
  return *result;
}

Coro<int> add(Gate& gate, Counted a, Counted b) {
  co_await gate;
  co_return a.value + b.value;
}
Coro<bool> is_even(Gate& gate, int value) {
  co_await gate;
  co_return value % 2 == 0;
}
Coro<std::vector<int>> numbers(Gate& gate) {
  co_await gate;
  co_return std::vector<int>{1, 2, 3};
}
Coro<int> sum_of(Gate& gate, std::vector<int> values) {
  co_await gate;
  int sum = 0;
  for (const int value : values) sum += value;
  co_return sum;
}

// ---- if (co_await x), said safely.

Coro<int> branch(Gate& gate) {
  const bool even = co_await is_even(gate, 4);
  if (even) co_return 1;
  co_return 2;
}
TEST("await into a local, then branch on it") {
  CHECK_EQ(run_form(branch), 1);
}

Coro<int> loop_while(Gate& gate) {
  int value = 8;
  for (;;) {
    const bool even = co_await is_even(gate, value);
    if (!even) break;
    value /= 2;
  }
  co_return value;
}
TEST("await into a local at the head of a loop") {
  CHECK_EQ(run_form(loop_while), 1);
}

// ---- Temporaries.

Coro<int> temporaries(Gate& gate) {
  co_return co_await add(gate, Counted(1), Counted(2));
}
TEST("temporaries of a type with constructors, as arguments by value") {
  CHECK_EQ(run_form(temporaries), 3);
}

Coro<int> named_locals(Gate& gate) {
  const Counted a(1), b(2);
  const int sum = co_await add(gate, a, b);
  co_return sum;
}
TEST("named locals as arguments by value") {
  CHECK_EQ(run_form(named_locals), 3);
}

Coro<int> named_vector(Gate& gate) {
  const std::vector<int> values{1, 2, 3};  // not f({1, 2, 3})
  co_return co_await sum_of(gate, values);
}
TEST("a named vector in place of a braced list") {
  CHECK_EQ(run_form(named_vector), 6);
}

struct Options {
  std::string name;
  int value = 0;
};
Coro<int> with_options(Gate& gate, Options options) {
  co_await gate;
  co_return options.value + static_cast<int>(options.name.size());
}
Coro<int> named_aggregate(Gate& gate) {
  const Options options{.name = "four", .value = 1};
  co_return co_await with_options(gate, options);
}
TEST("a named aggregate in place of one made in the expression") {
  CHECK_EQ(run_form(named_aggregate), 5);
}

// ---- Lambdas.

template <class F>
Coro<int> call(Gate& gate, F function) {
  co_await gate;
  co_return function();
}
Coro<int> named_lambda(Gate& gate) {
  const Counted captured(5);
  auto function = [captured] { return captured.value; };
  co_return co_await call(gate, function);
}
TEST("a named lambda with captures by value") {
  CHECK_EQ(run_form(named_lambda), 5);
}

Coro<int> lambda_by_reference(Gate& gate) {
  const Counted captured(6);
  co_return co_await call(gate, [&] { return captured.value; });
}
TEST("a temporary lambda with captures by reference to a local") {
  CHECK_EQ(run_form(lambda_by_reference), 6);
}

TEST("a lambda coroutine that takes its state as parameters") {
  const auto coroutine = [](Gate& gate, Counted state) -> Coro<int> {
    co_await gate;
    co_return state.value;
  };
  CHECK_EQ(run_form([&](Gate& gate) { return coroutine(gate, Counted(7)); }),
           7);
}

// ---- The rest.

Coro<int> range_for(Gate& gate) {
  int sum = 0;
  for (const int value : co_await numbers(gate)) sum += value;
  co_return sum;
}
TEST("range-for over an awaited value") { CHECK_EQ(run_form(range_for), 6); }

Coro<int> moved_name(Gate& gate) {
  auto first = add(gate, Counted(1), Counted(2));
  auto second = add(gate, Counted(3), Counted(4));
  const int b = co_await std::move(second);
  const int a = co_await std::move(first);
  co_return 10 * a + b;
}
TEST("a named coroutine, moved into the await") {
  CHECK_EQ(run_form(moved_name), 37);
}

Coro<int> after_the_catch(Gate& gate) {
  bool failed = false;
  try {
    co_await gate;
    throw Counted(1);
  } catch (const Counted&) {
    failed = true;
  }
  if (failed) co_return co_await add(gate, Counted(1), Counted(1));
  co_return 0;
}
TEST("a flag set in the catch block, and the await after it") {
  CHECK_EQ(run_form(after_the_catch), 2);
}

Coro<int> two_in_one(Gate& gate) {
  const int sum = co_await add(gate, Counted(1), Counted(2)) +
                  co_await add(gate, Counted(3), Counted(4));
  co_return sum;
}
TEST("two awaits in one expression") { CHECK_EQ(run_form(two_in_one), 10); }

Coro<Counted> choose(Gate& gate, bool first) {
  if (first) {
    const Counted chosen(1);
    co_await gate;
    co_return chosen;
  }
  co_return Counted(2);
}
Coro<int> chosen_value(Gate& gate) {
  const Counted a = co_await choose(gate, true);
  const Counted b = co_await choose(gate, false);
  co_return 10 * a.value + b.value;
}
TEST("if and else in place of c ? co_await a : b") {
  CHECK_EQ(run_form(chosen_value), 12);
}

}  // namespace
