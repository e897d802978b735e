#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "09-futures/future_world.hpp"
#include "exercises/expect.hpp"
#include "then.hpp"

using asyncio::Future;
using exercise::expect_equal;
using exercise::then;
using test::Log;

namespace {

struct World : test::World {
  // Runs the loop until nothing is left that could happen.
  void settle() {
    loop.call_later(std::chrono::hours(1), [this] { loop.stop(); });
    loop.run_forever();
  }
  // Nothing went wrong in a place where nobody could catch it.
  void expect_no_report() {
    expect_equal("what the loop's exception handler was told", reports, Log{},
                 "an error that leaves a callback reaches nobody who waits");
  }
};

std::string text(const std::string& value) { return value; }
std::string text(int value) { return std::to_string(value); }

// How a future ended: its value, its error, or that it did not.
template <class T>
std::string end_of(const Future<T>& future) {
  if (!future.done()) return "nothing, it is pending";
  if (future.cancelled()) return "cancelled";
  try {
    return "value: " + text(future.result());
  } catch (const std::exception& error) {
    return std::string("error: ") + error.what();
  }
}

}  // namespace

TEST("the function's result becomes the future's") {
  World world;
  Future<int> number(world.loop);
  auto text = then(number, [](int n) { return std::to_string(n) + " pages"; });
  world.settle();
  expect_equal("the result before the first future is done", end_of(text),
               "nothing, it is pending", "there is no value yet");
  number.set_result(42);
  world.settle();
  expect_equal("the result", end_of(text), "value: 42 pages",
               "add a done callback, and let it complete the answer");
  world.expect_no_report();
}

TEST("a future that is done already, and a chain of three") {
  World world;
  Future<int> one(world.loop);
  one.set_result(1);
  auto two = then(one, [](int n) { return n + 1; });
  auto three = then(two, [](int n) { return n + 1; });
  world.settle();
  expect_equal("the result", end_of(three), "value: 3",
               "the future of then() is a future like any other");
  world.expect_no_report();
}

TEST("the function and the result are kept until then") {
  World world;
  Future<int> number(world.loop);
  const auto one = std::make_shared<int>(1);
  auto came = then(number, [one](int n) { return n + *one; });
  expect_equal("whether the function still lives after then() has returned",
               one.use_count() > 1, true,
               "what does your lambda capture, and how?");
  const auto kept = std::exchange(came, Future<int>(world.loop));
  number.set_result(41);
  world.settle();
  expect_equal("the result, which has moved to another variable",
               end_of(kept), "value: 42",
               "what does your lambda capture, and how?");
  world.expect_no_report();
}

TEST("what the function throws, the result ends with") {
  World world;
  Future<int> number(world.loop);
  auto answer = then(number, [](int n) -> int {
    throw std::runtime_error("no page " + std::to_string(n));
  });
  number.set_result(7);
  world.settle();
  expect_equal("the result", end_of(answer), "error: no page 7",
               "who waits for the answer when the function throws?");
  world.expect_no_report();
}

TEST("an error goes by the function, to the result") {
  World world;
  Future<int> number(world.loop);
  bool called = false;
  auto answer = then(number, [&](int n) {
    called = true;
    return n;
  });
  number.set_exception(std::runtime_error("connection refused"));
  world.settle();
  expect_equal("the result", end_of(answer), "error: connection refused",
               "result() of a future that failed throws its error");
  expect_equal("whether the function was called", called, false,
               "there is no value to call it with");
  world.expect_no_report();
}

TEST("a future that is cancelled cancels the result") {
  World world;
  Future<int> number(world.loop);
  auto answer = then(number, [](int n) { return n; });
  number.cancel();
  world.settle();
  expect_equal("the result", end_of(answer), "cancelled",
               "result() throws CancelledError then; and a future that is "
               "cancelled has had cancel() called, not set_exception()");
  world.expect_no_report();
}

TEST("a result that nobody wants any more") {
  World world;
  Future<int> number(world.loop);
  bool called = false;
  auto answer = then(number, [&](int n) {
    called = true;
    return n;
  });
  answer.cancel();
  number.set_result(42);
  world.settle();
  expect_equal("the result after cancel()", end_of(answer), "cancelled",
               "a future is completed once");
  world.expect_no_report();
  expect_equal("whether the function was called", called, false,
               "ask the answer whether it is done, before all else");
}
