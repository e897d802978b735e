#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "11-gather/wait.hpp"

// CPython's cases of wait (test_tasks.py, 3.12 and 3.13):
//
//   test_wait                          all done; once more, when they are done
//   test_wait_duplicate_coroutines     a task that is given twice counts once
//   test_wait_errors                   no futures. (return_when is an enum, so
//                                      it has no invalid values)
//   test_wait_invalid_args             the same; one future in place of many
//                                      does not compile, nor do coroutines
//   test_wait_first_completed          FIRST_COMPLETED
//   test_wait_really_done              done is what is done on return
//   test_wait_first_exception          FIRST_EXCEPTION, failed already
//   test_wait_first_exception_in_wait  FIRST_EXCEPTION, fails meanwhile
//   test_wait_with_exception           an error is not thrown
//   test_wait_with_timeout             a timeout is not thrown
//   test_wait_concurrent_complete      done at the very time of the timeout
//   test_wait_with_iterator_of_tasks,  wait takes a vector; there is nothing
//   test_wait_generator                like Python's iterators to take apart

namespace {

using namespace test;
using asyncio::ALL_COMPLETED;
using asyncio::FIRST_COMPLETED;
using asyncio::FIRST_EXCEPTION;
using asyncio::ReturnWhen;
using asyncio::WaitResult;
using asyncio::sleep;
using asyncio::wait;
using std::runtime_error;
using Tasks = std::vector<Task<void>>;
using Result = WaitResult<Task<void>>;

Coro<void> fail_after(Duration delay) {
  co_await sleep(delay);
  throw runtime_error("broke");
}
Coro<void> fail_now() {
  throw runtime_error("broke");
  co_return;
}

TEST("wait returns when all are done, in the order of the argument") {
  NoLeak no_leak;
  World world;
  const Tasks tasks{world.start<void>(sleep(150ms)),
                    world.start<void>(sleep(100ms))};
  for (int round = 0; round < 2; ++round) {  // the second takes no time
    const Result result = world.run(wait(tasks));
    CHECK(result.done == tasks);
    CHECK(result.pending.empty());
    CHECK_EQ(world.time(), 150ms);
  }
}

TEST("wait for what is done already gives the loop one turn") {
  NoLeak no_leak;
  World world;
  const Tasks tasks{world.start<void>(sleep(Duration::zero()))};
  world.settle();
  CHECK(tasks[0].done());
  const auto waiting = world.start(wait(tasks));
  world.turn();  // it begins, and the completion is queued
  CHECK(!waiting.done());
  world.turn();  // which ends the wait
  CHECK(!waiting.done());
  world.turn();
  CHECK(waiting.done());
}

TEST("a task that is given twice is told of once") {
  NoLeak no_leak;
  World world;
  const auto a = world.start<void>(sleep(1ms));
  const auto b = world.start<void>(sleep(2ms));
  const Result all = world.run(wait(Tasks{a, b, a, a}));
  CHECK(all.done == Tasks{a, b});
  const auto c = world.start<void>(sleep(1ms));
  const Result first = world.run(wait(Tasks{c, b, c}, FIRST_COMPLETED));
  CHECK(first.done == Tasks{b});
  CHECK(first.pending == Tasks{c});
  world.run(wait(Tasks{c}));
}

TEST("wait for nothing is an error") {
  NoLeak no_leak;
  World world;
  CHECK_WHAT(world.run(wait(Tasks())), "set of Tasks/Futures is empty");
}

TEST("FIRST_COMPLETED returns when one is done, and leaves the others") {
  NoLeak no_leak;
  World world;
  const auto a = world.start<void>(sleep(10s));
  const auto b = world.start<void>(sleep(100ms));
  const Result result = world.run(wait(Tasks{a, b}, FIRST_COMPLETED));
  CHECK(result.done == Tasks{b});
  CHECK(result.pending == Tasks{a});
  CHECK(!a.done());
  CHECK_EQ(world.time(), 100ms);
  world.run(wait(Tasks{a, b}));
  CHECK_EQ(state_of(a), "ok");
  CHECK_EQ(world.time(), 10s);
}

TEST("FIRST_COMPLETED counts one that was cancelled, or has failed") {
  NoLeak no_leak;
  World world;
  const auto slow = world.start<void>(sleep(10s));
  const auto cancelled = world.start<void>(sleep(10s));
  cancelled.cancel();
  const Result one = world.run(wait(Tasks{slow, cancelled}, FIRST_COMPLETED));
  CHECK(one.done == Tasks{cancelled});
  const auto failing = world.start(fail_after(1s));
  const Result other = world.run(wait(Tasks{slow, failing}, FIRST_COMPLETED));
  CHECK(other.done == Tasks{failing});
  CHECK_EQ(state_of(failing), "broke");
  world.run(wait(Tasks{slow}));
}

Coro<void> yield(int times) {
  for (int i = 0; i < times; ++i) co_await sleep(Duration::zero());
}

TEST("done is what is done when wait returns, told of or not") {
  NoLeak no_leak;
  World world;
  const auto a = world.start(yield(1));
  const auto b = world.start(yield(2));
  const auto c = world.start(yield(9));
  const Result result = world.run(wait(Tasks{b, a, c}, FIRST_COMPLETED));
  CHECK(result.done == Tasks{b, a});
  CHECK(result.pending == Tasks{c});
  world.run(wait(Tasks{c}));
}

TEST("FIRST_EXCEPTION returns at once if one had failed before") {
  NoLeak no_leak;
  World world;
  const auto slow = world.start<void>(sleep(10s));
  const auto failed = world.start(fail_now());
  const Result result = world.run(wait(Tasks{slow, failed}, FIRST_EXCEPTION));
  CHECK(result.done == Tasks{failed});
  CHECK(result.pending == Tasks{slow});
  CHECK_EQ(world.time(), 0s);
  world.run(wait(Tasks{slow}));
}

TEST("FIRST_EXCEPTION returns when one fails, and not before") {
  NoLeak no_leak;
  World world;
  const auto slow = world.start<void>(sleep(10s));
  const auto quick = world.start<void>(sleep(5ms));
  const auto failing = world.start(fail_after(10ms));
  const Result result =
      world.run(wait(Tasks{slow, quick, failing}, FIRST_EXCEPTION));
  CHECK(result.done == Tasks{quick, failing});
  CHECK(result.pending == Tasks{slow});
  CHECK_EQ(world.time(), 10ms);
  CHECK(world.reported.empty());
  world.run(wait(Tasks{slow}));
}

TEST("FIRST_EXCEPTION takes no notice of one that is cancelled") {
  NoLeak no_leak;
  World world;
  const auto slow = world.start<void>(sleep(1s));
  const auto cancelled = world.start<void>(sleep(10s));
  cancelled.cancel();
  const Result result =
      world.run(wait(Tasks{slow, cancelled}, FIRST_EXCEPTION));
  CHECK_EQ(result.done.size(), 2);
  CHECK_EQ(world.time(), 1s);
}

TEST("wait throws no error of those it waited for") {
  NoLeak no_leak;
  World world;
  const Tasks tasks{world.start<void>(sleep(100ms)),
                    world.start(fail_after(150ms))};
  for (int round = 0; round < 2; ++round) {
    const Result result = world.run(wait(tasks));
    CHECK(result.done == tasks);
    CHECK_EQ(state_of(result.done[1]), "broke");
    CHECK_EQ(world.time(), 150ms);
  }
}

TEST("an error that wait gives and nobody looks at is reported") {
  NoLeak no_leak;
  World world;
  world.run(wait(Tasks{world.start(fail_after(1s))}));
  CHECK_EQ(world.reported, std::vector<std::string>{
                               "Task exception was never retrieved: broke"});
}

TEST("a timeout neither throws nor cancels") {
  NoLeak no_leak;
  World world;
  const auto a = world.start<void>(sleep(100ms));
  const auto b = world.start<void>(sleep(150ms));
  const Result result = world.run(wait(Tasks{b, a}, 110ms));
  CHECK(result.done == Tasks{a});
  CHECK(result.pending == Tasks{b});
  CHECK_EQ(world.time(), 110ms);
  world.run(wait(Tasks{a, b}));
  CHECK_EQ(state_of(b), "ok");
}

TEST("one that is done when the time is over counts as done") {
  NoLeak no_leak;
  World world;
  const auto a = world.start<void>(sleep(100ms));
  const auto b = world.start<void>(sleep(150ms));
  const Result result = world.run(wait(Tasks{b, a}, 100ms));
  CHECK(result.done == Tasks{a});
  CHECK_EQ(world.time(), 100ms);
  world.run(wait(Tasks{a, b}));
}

TEST("a timeout of zero or less returns in the next iterations") {
  NoLeak no_leak;
  World world;
  const auto task = world.start<void>(sleep(1s));
  for (const Duration timeout : {Duration::zero(), Duration(-1s)}) {
    const Result result = world.run(wait(Tasks{task}, timeout));
    CHECK(result.pending == Tasks{task});
    CHECK_EQ(world.time(), 0s);
  }
  world.run(wait(Tasks{task}));
}

TEST("a timeout that was not needed holds nobody up") {
  NoLeak no_leak;
  World world;
  const auto task = world.start<void>(sleep(1s));
  world.run(wait(Tasks{task}, 100s));
  CHECK_EQ(world.time(), 1s);
  world.run([]() -> Coro<void> { co_await sleep(1s); }());
  CHECK_EQ(world.time(), 2s);  // its timer is gone
}

TEST("a wait that is cancelled leaves the tasks running") {
  NoLeak no_leak;
  World world;
  const auto task = world.start<void>(sleep(1s));
  const auto waiting = world.start(wait(Tasks{task}, 5s));
  world.settle();
  CHECK(waiting.cancel("why"));
  world.settle();
  CHECK_EQ(state_of(waiting), "cancelled why");
  CHECK(!task.done());
  CHECK_EQ(task.cancelling(), 0);
  world.run(wait(Tasks{task}));
  CHECK_EQ(state_of(task), "ok");
}

TEST("a wait that was cancelled is not told of what comes later") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  const auto waiting = world.start(wait(futures, FIRST_COMPLETED));
  world.settle();
  waiting.cancel();
  futures[0].set_result(1);
  world.settle();
  CHECK_EQ(state_of(waiting), "cancelled ");
  futures[1].set_result(1);
  world.settle();
}

TEST("a wait that is over lets go of what is pending, and of its timer") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  const auto held = futures[1].state()->ref_count();
  {
    const auto cancelled = world.start(wait(futures, 5s));
    world.settle();
    cancelled.cancel();
    world.settle();
  }
  CHECK_EQ(futures[1].state()->ref_count(), held);
  futures[0].set_result(1);
  world.run(wait(futures, FIRST_COMPLETED));
  CHECK_EQ(futures[1].state()->ref_count(), held);
  // Were the timer left, it would find its wait gone: a sanitizer sees that.
  world.run([]() -> Coro<void> { co_await sleep(10s); }());
}

TEST("several may wait for the same futures") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(2);
  const auto first = world.start(wait(futures, FIRST_COMPLETED));
  const auto all = world.start(wait(futures));
  world.settle();
  futures[1].set_result(1);
  world.settle();
  CHECK(first.done());
  CHECK(!all.done());
  futures[0].set_result(1);
  world.settle();
  CHECK(all.done());
}

TEST("wait goes on two iterations after a future is done") {
  NoLeak no_leak;
  World world;
  const auto futures = world.futures(1);
  const auto waiting = world.start(wait(futures));
  world.settle();
  futures[0].set_result(1);
  world.turn();  // wait is told,
  CHECK(!waiting.done());
  world.turn();  // and resumed
  CHECK(waiting.done());
}

TEST("a future of another loop is refused") {
  NoLeak no_leak;
  World world, other;
  const std::vector<Future<int>> two{world.future(), other.future()};
  CHECK_WHAT(world.run(wait(two)), "Future belongs to a different loop");
}

}  // namespace
