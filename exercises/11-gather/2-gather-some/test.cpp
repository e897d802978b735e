#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "11-gather/gather_world.hpp"
#include "exercises/expect.hpp"
#include "gather_some.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Duration;
using asyncio::Future;
using asyncio::Task;
using asyncio::create_task;
using exercise::expect;
using exercise::expect_equal;
using exercise::gather_some;
using test::World;

namespace {

using Names = std::vector<std::string>;
using Pages = std::vector<Task<std::string>>;

// Runs a coroutine function on a loop whose clock jumps. Who still waits after
// an hour of it waits for ever.
template <class F>
void run(F function) {
  World world;
  const Task<> task = world.start(function(world));
  const auto run_for_an_hour = [&] {
    try {
      world.run_for(1h);
    } catch (const asyncio::InvalidStateError& error) {
      exercise::fail(std::string("on_done threw ") + error.what(),
                     "is the future done already when this child ends?");
    }
  };
  task.add_done_callback([&](const Future<>&) { world.loop.stop(); });
  run_for_an_hour();
  const bool ended = task.done();
  for (const auto& left : asyncio::all_tasks(world.loop)) left.cancel();
  run_for_an_hour();
  if (!ended) {
    exercise::fail("all tasks are done, and who awaits gather_some still waits",
                   "on_done has to complete the future; in which cases?");
  }
  task.result();
  expect_equal("the errors that the loop has reported", world.reported,
               Names(), "does anybody look at the error of a child that fails "
                        "when the future is done?");
}

Coro<std::string> page(std::string name, Duration delay, bool breaks = false) {
  co_await asyncio::sleep(delay);
  if (breaks) throw std::runtime_error(name + " broke");
  co_return name;
}

// How gather_some ended, in words.
Coro<std::string> ending(Future<Names> some) {
  std::string text;
  try {
    for (const std::string& name : co_await some) text += name + " ";
  } catch (...) {
    text = test::text_of(std::current_exception());
  }
  co_return text;
}

}  // namespace

TEST("the first two of three come back, in the order in which they came") {
  run([](World& world) -> Coro<> {
    Pages pages{create_task(page("slow", 3s)), create_task(page("quick", 1s)),
                create_task(page("middle", 2s))};
    const std::string came = co_await ending(gather_some(2, pages));
    expect_equal("the results", came, "quick middle ",
                 "on_done is called in the order in which the children end");
    expect_equal("how far the clock has come", world.time(), 2000ms,
                 "the second result is enough: nobody waits for the third");
    co_await asyncio::sleep(5s);
    expect(pages[0].done() && !pages[0].cancelled(),
           "the slow page runs on to its end",
           "gather_some cancels nobody");
  });
}

TEST("all of them, if so many are wanted") {
  run([](World&) -> Coro<> {
    Pages pages{create_task(page("one", 1s)), create_task(page("two", 1s))};
    const std::string came = co_await ending(gather_some(2, pages));
    expect_equal("the results", came, "one two ", "are both kept?");
  });
}

TEST("a child that fails, or is cancelled, does not count") {
  run([](World&) -> Coro<> {
    Pages pages{create_task(page("broken", 1s, true)),
                create_task(page("stopped", 9s)),
                create_task(page("one", 2s)), create_task(page("two", 3s))};
    pages[1].cancel();
    const std::string came = co_await ending(gather_some(2, pages));
    expect_equal("the results", came, "one two ",
                 "two of four failed, and two were wanted");
  });
}

TEST("when too many have failed, the last error comes at once") {
  run([](World& world) -> Coro<> {
    Pages pages{create_task(page("one", 1s, true)),
                create_task(page("two", 2s, true)),
                create_task(page("slow", 9s))};
    const std::string came = co_await ending(gather_some(2, pages));
    expect_equal("what gather_some ended with", came, "two broke",
                 "how many of n children may fail, if k results are wanted?");
    expect_equal("how far the clock has come", world.time(), 2000ms,
                 "two of three have failed: the third cannot help any more");
  });
}

TEST("children that end later change nothing") {
  run([](World&) -> Coro<> {
    Pages pages{create_task(page("one", 1s)), create_task(page("two", 1s)),
                create_task(page("late", 2s)),
                create_task(page("broken", 3s, true))};
    const std::string came = co_await ending(gather_some(1, pages));
    expect_equal("the results", came, "one ",
                 "two end in one iteration; the first decides");
    pages.clear();  // nobody but gather_some will look at them
    co_await asyncio::sleep(5s);
  });
}
