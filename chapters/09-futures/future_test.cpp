// A future by itself: its states, its callbacks, and errors that nobody reads.
// Awaiting one is in await_test.cpp.
//
// CPython's cases, test_futures.py of 3.12 and 3.13, and where they are.
//
// Here:
//   test_initial_state                    "a new future is pending"
//   test_constructor_without_loop        "create_future needs a running loop"
//   test_constructor_use_running_loop "create_future takes the running loop"
//   test_future_cancel_message_getter     "every reader sees the message"
//   test_cancel                           "a cancelled future stays cancelled"
//   test_result                           "a result is set once"
//   test_exception                        "an exception is set once"
//   test_exception_class                "an error object becomes an exception"
//   test_set_result_unless_cancelled      "a cancelled future refuses a result"
//   test_tb_logger_*,
//     test_future_exception_never_retrieved  the tests under "Errors that ..."
//   test_future_del_collect               "a result may use the loop"
//   test_callbacks_*, test_remove_done_callback, test_remove_*_list_*,
//     test_schedule_callbacks_list_mutation_*   in done_callback_test.cpp
// In await_test.cpp:
//   test_yield_from_twice, test_future_stop_iteration_args
// Of a later chapter: test_wrap_future* (threads, 16); test_future_repr and
//   test_*_source_traceback (debug mode, 20).
// Not in C++:
//   test_generic_alias, test_isfuture, DuckTests, test_inherit_*: types are
//     checked by the compiler, and nothing is a future by its looks;
//   test_constructor_positional, test_uninitialized, test_future_del_segfault:
//     there is no object whose constructor did not run;
//   test_constructor_use_global_loop: there is no current loop but the running
//     one;
//   test_future_cancel_message_setter, test_log_traceback, test_copy_state:
//     private members of CPython's;
//   test_iter, test_future_iter_throw: generators that are not coroutines; and
//     the part about StopIteration in test_exception.

#include <memory>
#include <stdexcept>

#include "09-futures/future_world.hpp"
#include "common/test.hpp"

namespace {

using asyncio::CancelledError;
using asyncio::EventLoop;
using asyncio::FramePool;
using asyncio::Future;
using asyncio::InvalidStateError;
using test::Numbers;
using test::World;
using IntFuture = Future<int>;

std::exception_ptr boom() {
  return std::make_exception_ptr(std::runtime_error("boom"));
}

// ---- States

TEST("a new future is pending") {
  World world;
  IntFuture f(world.loop);
  CHECK(!f.done());
  CHECK(!f.cancelled());
  CHECK(&f.get_loop() == &world.loop);
  CHECK_THROWS(InvalidStateError, f.result());
  CHECK_THROWS(InvalidStateError, f.exception());
}

TEST("create_future needs a running loop") {
  CHECK_WHAT(asyncio::create_future<int>(), "no running event loop");
}

TEST("create_future takes the running loop") {
  World world;
  IntFuture f;
  CHECK(!f);
  world.loop.call_soon([&] { f = asyncio::create_future<int>(); });
  world.turn();
  CHECK(f);
  CHECK(&f.get_loop() == &world.loop);
}

TEST("a result is set once") {
  World world;
  IntFuture f(world.loop);
  f.set_result(42);
  CHECK(f.done());
  CHECK(!f.cancelled());
  CHECK_EQ(f.result(), 42);
  CHECK(f.exception() == nullptr);
  CHECK_THROWS(InvalidStateError, f.set_result(1));
  CHECK_THROWS(InvalidStateError, f.set_exception(boom()));
  CHECK(!f.cancel());
  CHECK_EQ(f.result(), 42);
}

TEST("a future without a value is done or not") {
  World world;
  Future<> f(world.loop);
  CHECK_THROWS(InvalidStateError, f.result());
  f.set_result();
  f.result();
  CHECK_THROWS(InvalidStateError, f.set_result());
}

TEST("an exception is set once") {
  World world;
  IntFuture f(world.loop);
  const std::exception_ptr error = boom();
  f.set_exception(error);
  CHECK(f.done());
  CHECK(!f.cancelled());
  CHECK_WHAT(f.result(), "boom");
  CHECK_WHAT(f.result(), "boom");  // as often as one asks
  CHECK(f.exception() == error);
  CHECK_THROWS(InvalidStateError, f.set_result(1));
  CHECK_THROWS(InvalidStateError, f.set_exception(boom()));
  CHECK(!f.cancel());
}

TEST("an error object becomes an exception") {
  World world;
  IntFuture f(world.loop);
  f.set_exception(std::out_of_range("too far"));
  CHECK_THROWS(std::out_of_range, f.result());
}

TEST("an empty exception is refused, and the future stays pending") {
  World world;
  IntFuture f(world.loop);
  CHECK_THROWS(std::invalid_argument, f.set_exception(std::exception_ptr()));
  CHECK(!f.done());
}

TEST("a cancelled future stays cancelled") {
  World world;
  IntFuture f(world.loop);
  CHECK(f.cancel());
  CHECK(f.cancelled());
  CHECK(f.done());
  CHECK_THROWS(CancelledError, f.result());
  CHECK_THROWS(CancelledError, f.exception());
  CHECK_THROWS(InvalidStateError, f.set_exception(boom()));
  CHECK(!f.cancel());
}

TEST("a cancelled future refuses a result") {
  World world;
  IntFuture f(world.loop);
  f.cancel();
  CHECK_THROWS(InvalidStateError, f.set_result(2));
  CHECK(f.cancelled());
}

TEST("every reader sees the message of a cancelled future") {
  World world;
  IntFuture f(world.loop);
  f.cancel("my message");
  f.cancel("too late");
  CHECK_EQ(test::ending(f), "cancelled: my message");
  CHECK_EQ(test::ending(f), "cancelled: my message");
}

TEST("a CancelledError is no std::exception") {
  World world;
  IntFuture f(world.loop);
  f.cancel();
  bool passed = false;
  try {
    try {
      f.result();
    } catch (const std::exception&) {
    }
  } catch (const CancelledError&) {
    passed = true;
  }
  CHECK(passed);
}

TEST("copies of a future are one future") {
  World world;
  IntFuture f(world.loop), copy = f, other(world.loop);
  copy.set_result(1);
  CHECK_EQ(f.result(), 1);
  CHECK(f == copy);
  CHECK(!(f == other));
}

TEST("a refused call says which, and of what") {
  World world;
  IntFuture f(world.loop);
  f.set_result(1);
  CHECK_WHAT(f.set_result(2), "set_result: Future is done already");
  CHECK_WHAT(f.set_exception(boom()), "set_exception: Future is done already");
}

// ---- Errors that nobody has looked at

template <class Function>
test::Log reports_after(Function function) {
  World world;
  {
    IntFuture f(world.loop);
    function(f);
  }
  world.turn();
  return world.reports;
}

TEST("an exception that nobody retrieved is reported, once") {
  const test::Log reports =
      reports_after([](const IntFuture& f) { f.set_exception(boom()); });
  CHECK_EQ(reports, test::Log{"Future exception was never retrieved: boom"});
}

TEST("it is reported when the last handle is gone, not before") {
  World world;
  auto f = std::make_unique<IntFuture>(world.loop);
  auto copy = std::make_unique<IntFuture>(*f);
  f->set_exception(boom());
  f.reset();
  CHECK(world.reports.empty());
  copy.reset();
  CHECK_EQ(world.reports.size(), 1u);
}

TEST("an exception that somebody retrieved is not reported") {
  CHECK(reports_after([](const IntFuture& f) {
          f.set_exception(boom());
          f.exception();
        }).empty());
  CHECK(reports_after([](const IntFuture& f) {
          f.set_exception(boom());
          CHECK_WHAT(f.result(), "boom");
        }).empty());
}

TEST("cancelling counts as having looked, even when it comes too late") {
  CHECK(reports_after([](const IntFuture& f) {
          f.set_exception(boom());
          CHECK(!f.cancel());
        }).empty());
}

TEST("abandoned futures without an exception are not reported") {
  CHECK(reports_after([](const IntFuture&) {}).empty());
  CHECK(reports_after([](const IntFuture& f) { f.set_result(42); }).empty());
  CHECK(reports_after([](const IntFuture& f) { f.cancel(); }).empty());
}

TEST("an exception whose loop is gone does no harm") {
  auto world = std::make_unique<World>();
  IntFuture f(world->loop);
  f.set_exception(boom());
  world.reset();
}

TEST("a result may use the loop") {
  struct Evil {
    explicit Evil(EventLoop& a_loop) : loop(&a_loop) {}
    Evil(Evil&& other) noexcept : loop(std::exchange(other.loop, nullptr)) {}
    ~Evil() {
      if (loop) loop->call_soon([] {});
    }
    EventLoop* loop;
  };
  World world;
  const long live = FramePool::live();
  for (int i = 0; i < 100; ++i) {
    Future<Evil> f(world.loop);
    f.set_result(Evil(world.loop));
  }
  world.turn();
  CHECK_EQ(FramePool::live(), live);
}

}  // namespace
