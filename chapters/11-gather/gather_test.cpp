#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "11-gather/gather.hpp"
#include "11-gather/gather_world.hpp"

// gather over futures. CPython's cases (test_tasks.py, 3.12 and 3.13):
//
//   GatherTestsBase
//     test_success                        the order of the arguments
//     test_result_exception_success       return_exceptions, all succeed
//     test_one_exception                  the first failure ends gather
//     test_return_exceptions              a failure is a result
//     test_env_var_debug                  about PYTHONASYNCIODEBUG: not here
//   FutureGatherTests
//     test_constructor_empty_sequence_*   gather of nothing; without a loop.
//                                         There is no global loop, so the
//                                         third of these cannot apply
//     test_constructor_heterogenous_*     futures of two loops
//     test_constructor_homogenous_*       gather belongs to their loop
//     test_one_cancellation               a cancelled child
//     test_result_exception_one_cancel*   with return_exceptions
//
// gather_coroutines_test.cpp has the rest. A difference: with return_exceptions
// the CancelledError of a cancelled task keeps its message; CPython's loses it.

namespace {

using namespace test;
using asyncio::Outcome;
using asyncio::gather;
using asyncio::return_exceptions;
using std::runtime_error;

TEST("results come in the order of the arguments") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  const auto all = gather(children);
  const auto calls = count_calls(all);
  children[1].set_result(1);
  children[0].set_result(2);
  world.settle();
  CHECK_EQ(*calls, 0);
  CHECK(!all.done());
  children[2].set_result(3);
  world.settle();
  CHECK_EQ(*calls, 1);
  CHECK_EQ(all.result(), std::vector{2, 1, 3});
}

TEST("with return_exceptions results come in the same order") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  const auto all = gather(return_exceptions, children);
  children[1].set_result(1);
  children[0].set_result(2);
  world.settle();
  CHECK(!all.done());
  children[2].set_result(3);
  world.settle();
  CHECK_EQ(all.result().size(), 3);
  for (const Outcome<int>& outcome : all.result()) CHECK(outcome.has_value());
  CHECK_EQ(all.result()[0].value(), 2);
  CHECK_EQ(all.result()[1].value(), 1);
  CHECK_EQ(all.result()[2].value(), 3);
}

TEST("the first failure ends gather at once, and nothing after it counts") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(5);
  const auto all = gather(children);
  const auto calls = count_calls(all);
  children[0].set_result(1);
  children[1].set_exception(runtime_error("first"));
  world.settle();
  CHECK_EQ(*calls, 1);
  CHECK_EQ(state_of(all), "first");
  CHECK_EQ(all.exception(), children[1].exception());  // the very same
  children[2].set_result(3);
  children[3].cancel();
  children[4].set_exception(runtime_error("second"));
  world.settle();
  CHECK_EQ(*calls, 1);
  CHECK_EQ(state_of(all), "first");
}

TEST("of two that fail in one iteration, the one that failed first counts") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  children[1].set_exception(runtime_error("first"));
  children[0].set_exception(runtime_error("second"));
  world.settle();
  CHECK_EQ(state_of(all), "first");
}

TEST("with return_exceptions a failure is a result, and all are waited for") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(4);
  const auto all = gather(return_exceptions, children);
  const auto calls = count_calls(all);
  children[1].set_result(1);
  children[2].set_exception(runtime_error("first"));
  children[0].set_result(3);
  world.settle();
  CHECK(!all.done());
  children[3].set_exception(runtime_error("second"));
  world.settle();
  CHECK_EQ(*calls, 1);
  const std::vector<Outcome<int>>& outcomes = all.result();
  CHECK_EQ(outcomes[0].value(), 3);
  CHECK_EQ(outcomes[1].value(), 1);
  CHECK_EQ(outcomes[2].exception(), children[2].exception());
  CHECK_WHAT(outcomes[3].value(), "second");
}

TEST("a cancelled child fails gather, which is not cancelled itself") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(5);
  const auto all = gather(children);
  const auto calls = count_calls(all);
  children[0].set_result(1);
  children[1].cancel("why");
  world.settle();
  CHECK_EQ(*calls, 1);
  CHECK(!all.cancelled());
  CHECK_EQ(state_of(all), "CancelledError why");
  CHECK(!children[2].done());  // its siblings are left alone
  children[2].set_result(3);
  children[3].cancel();
  children[4].set_exception(runtime_error("late"));
  world.settle();
  CHECK_EQ(*calls, 1);
  CHECK(world.reported.empty());
}

TEST("with return_exceptions a cancelled child is a result") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(6);
  const auto all = gather(return_exceptions, children);
  children[0].set_result(1);
  children[1].set_exception(runtime_error("broke"));
  children[2].cancel("why");
  world.settle();
  CHECK(!all.done());
  children[3].set_result(3);
  children[4].cancel();
  children[5].set_exception(runtime_error("late"));
  world.settle();
  std::vector<std::string> states;
  for (const auto& o : all.result()) states.push_back(text_of(o.exception()));
  CHECK_EQ(states, std::vector<std::string>{"ok", "broke",
                                            "CancelledError why", "ok",
                                            "CancelledError ", "late"});
  CHECK_THROWS(CancelledError, all.result()[4].value());
}

Coro<void> gather_nothing() {
  const auto values = gather(std::vector<Future<int>>());
  CHECK_EQ(values.result(), std::vector<int>());
  const auto none = gather(std::vector<Coro<void>>());
  none.result();
  const auto outcomes =
      gather(return_exceptions, std::vector<Future<void>>());
  CHECK(outcomes.result().empty());
  CHECK(&values.get_loop() == &asyncio::get_running_loop());
  co_return;
}

TEST("gather of nothing is done at once, with nothing") {
  NoLeak no_leak;
  World().run(gather_nothing());
}

TEST("gather of nothing needs a running loop") {
  CHECK_WHAT(gather(std::vector<Future<int>>()), "no running event loop");
}

TEST("futures of two loops cannot be gathered") {
  NoLeak no_leak;
  World one;
  World other;
  const Future<int> a = one.future();
  const Future<int> b = other.future();
  CHECK_WHAT(gather(a, b), "belongs to a different loop");
  CHECK_WHAT(gather(std::vector{b, a}), "belongs to a different loop");
}

TEST("gather belongs to the loop of its futures, running or not") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  const auto all = gather(children);
  CHECK(&all.get_loop() == &world.loop);
  const auto again = gather(children);  // and one future may be in two
  CHECK(&again.get_loop() == &world.loop);
  for (const auto& child : children) child.set_result(1);
  world.settle();
  CHECK(all.done());
  CHECK(again.done());
}

TEST("a future that is given twice gives its result twice") {
  NoLeak no_leak;
  World world;
  const Future<std::string> a = world.future<std::string>();
  const Future<std::string> b = world.future<std::string>();
  const auto pending = gather(std::vector{a, a, b, a});
  a.set_result("abc");
  world.settle();
  CHECK(!pending.done());
  b.set_result("def");
  world.settle();
  CHECK_EQ(pending.result(),
           std::vector<std::string>{"abc", "abc", "def", "abc"});
  const auto done = gather(std::vector{b, a, b});
  CHECK_EQ(done.result(), std::vector<std::string>{"def", "abc", "def"});
}

// ---- Children that are done when gather is called: 3.12 counts them at once.

TEST("gather of futures that are done is done when it is returned") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  children[0].set_result(1);
  children[1].set_result(2);
  CHECK_EQ(gather(children).result(), std::vector{1, 2});
}

Coro<bool> suspends(std::vector<Future<int>> futures) {
  bool had_a_turn = false;
  asyncio::get_running_loop().call_soon([&] { had_a_turn = true; });
  co_await gather(std::move(futures));
  const bool suspended = had_a_turn;
  co_await asyncio::sleep(Duration::zero());
  co_return suspended;
}

TEST("awaiting a gather of done futures does not suspend") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  for (const auto& child : children) child.set_result(1);
  CHECK(!world.run(suspends(children)));
}

TEST("a child that had failed before fails gather when it is called") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  children[1].set_exception(runtime_error("early"));
  const auto all = gather(children);
  CHECK_EQ(state_of(all), "early");
  children[0].set_exception(runtime_error("late"));
  children[2].set_result(1);
  world.settle();
  CHECK_EQ(state_of(all), "early");
}

TEST("gather of some that are done waits for the others") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(3);
  children[2].set_result(3);
  children[0].set_result(1);
  const auto all = gather(children);
  CHECK(!all.done());
  children[1].set_result(2);
  world.turn();
  CHECK_EQ(all.result(), std::vector{1, 2, 3});
}

// ---- The order of events, by the iteration.

TEST("gather ends an iteration after its last child, and tells in the next") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  const auto calls = count_calls(all);
  children[0].set_result(1);
  world.turn();
  children[1].set_result(2);
  CHECK(!all.done());  // completing a future calls nobody
  world.turn();
  CHECK(all.done());
  CHECK_EQ(*calls, 0);
  world.turn();
  CHECK_EQ(*calls, 1);
}

TEST("a failure ends gather an iteration after the child has failed") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures(2);
  const auto all = gather(children);
  children[1].set_exception(runtime_error("broke"));
  CHECK(!all.done());
  world.turn();
  CHECK_EQ(state_of(all), "broke");
}

// ---- What results may be.

TEST("gather of arguments of several types gives a tuple of results") {
  NoLeak no_leak;
  World world;
  const auto number = world.future<int>();
  const auto text = world.future<std::string>();
  const auto nothing = world.future<void>();
  const auto all = gather(number, text, nothing);
  nothing.set_result();
  text.set_result("text");
  number.set_result(7);
  world.settle();
  CHECK(all.result() == std::tuple(7, std::string("text"), std::monostate()));
}

TEST("with return_exceptions it gives a tuple of outcomes") {
  NoLeak no_leak;
  World world;
  const auto number = world.future<int>();
  const auto nothing = world.future<void>();
  const auto broken = world.future<void>();
  const auto all = gather(return_exceptions, number, nothing, broken);
  number.set_result(7);
  nothing.set_result();
  broken.set_exception(runtime_error("broke"));
  world.settle();
  const auto& [a, b, c] = all.result();
  CHECK_EQ(a.value(), 7);
  CHECK(b.has_value());
  CHECK_WHAT(c.value(), "broke");
}

TEST("gather of futures without a value gives none") {
  NoLeak no_leak;
  World world;
  const auto children = world.futures<void>(2);
  const Future<void> all = gather(children);
  const auto outcomes = gather(return_exceptions, children);
  children[0].set_result();
  children[1].set_result();
  world.settle();
  CHECK_EQ(state_of(all), "ok");
  CHECK_EQ(outcomes.result().size(), 2);
  CHECK(outcomes.result()[0].has_value());
}

// A value whose copies fail.
struct Uncopied {
  Uncopied() = default;
  Uncopied(const Uncopied&) { throw runtime_error("cannot be copied"); }
  Uncopied(Uncopied&&) = default;
};

TEST("a result that cannot be copied fails gather, not the loop") {
  NoLeak no_leak;
  World world;
  const auto child = world.future<Uncopied>();
  const auto all = gather(std::vector{child});  // the test keeps one too
  child.set_result(Uncopied());
  world.settle();
  CHECK_EQ(state_of(all), "cannot be copied");
}

}  // namespace
