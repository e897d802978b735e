#include <exception>
#include <stdexcept>
#include <string>

#include "11-gather/gather_world.hpp"
#include "12-cancellation/wait_for.hpp"
#include "exercises/expect.hpp"
#include "retries.hpp"

using namespace std::chrono_literals;
using asyncio::Coro;
using asyncio::Future;
using asyncio::Task;
using asyncio::create_task;
using exercise::Fetch;
using exercise::Report;
using exercise::expect_equal;
using exercise::fetch_with_retries;
using test::World;

namespace {

// Runs a coroutine function on a loop whose clock jumps. Who still waits after
// an hour of it waits for ever.
template <class F>
void run(F function) {
  World world;
  const Task<> task = world.start(function(world));
  task.add_done_callback([&](const Future<>&) { world.loop.stop(); });
  world.run_for(1h);
  const bool ended = task.done();
  for (const auto& left : asyncio::all_tasks(world.loop)) left.cancel();
  world.run_for(1h);
  if (!ended) {
    exercise::fail("nothing happens any more, and the fetch has not ended",
                   "what does it wait for that will never come?");
  }
  task.result();
}

// A server that needs ten seconds for a page, or breaks that often before.
class Server {
 public:
  explicit Server(int broken) : broken_(broken) {}
  Coro<std::string> fetch() {
    const int call = ++calls;
    if (call <= broken_) throw std::runtime_error("connection reset");
    co_await asyncio::sleep(10s);
    co_return "a page";
  }
  int calls = 0;

 private:
  int broken_;
};

// Awaits something that gives a page: the page, or how it ended.
template <class A>
Coro<std::string> ending(A awaitable) {
  std::string text;
  try {
    text = co_await std::move(awaitable);
  } catch (const asyncio::TimeoutError&) {
    text = "TimeoutError";
  } catch (const asyncio::CancelledError&) {
    text = "CancelledError";
  } catch (const std::exception& error) {
    text = error.what();
  }
  co_return text;
}

}  // namespace

TEST("an error is noted, and the fetch is tried again") {
  run([](World& world) -> Coro<> {
    Server server(2);
    Report report;
    Fetch fetch = [&] { return server.fetch(); };
    const std::string came =
        co_await ending(fetch_with_retries(fetch, 3, report));
    expect_equal("what came of three tries of which two break", came, "a page",
                 "a std::exception is what a retry is for");
    expect_equal("the number of errors in the report", report.errors.size(),
                 2u, "each failed try leaves a note");
    expect_equal("how far the clock has come", world.time(), 12000ms,
                 "two pauses of a second, and ten seconds for the page");
  });
}

TEST("the last try is the last") {
  run([](World&) -> Coro<> {
    Server server(9);
    Report report;
    Fetch fetch = [&] { return server.fetch(); };
    const std::string came =
        co_await ending(fetch_with_retries(fetch, 3, report));
    expect_equal("what came of three tries that break", came,
                 "no page after 3 tries", "is the number of tries kept?");
  });
}

TEST("a fetch that is cancelled ends") {
  run([](World& world) -> Coro<> {
    Server server(0);
    Report report;
    Fetch fetch = [&] { return server.fetch(); };
    auto task = create_task(fetch_with_retries(fetch, 3, report));
    co_await asyncio::sleep(4s);
    task.cancel();
    const std::string came = co_await ending(task);
    expect_equal("what came of a task that was cancelled in its first try",
                 came, "CancelledError",
                 "cancel() throws CancelledError into the wait for the server; "
                 "follow it upwards");
    expect_equal("the number of tries", server.calls, 1,
                 "a cancelled fetch is not to be tried again");
    expect_equal("how far the clock has come", world.time(), 4000ms,
                 "it was cancelled after four seconds");
  });
}

TEST("a deadline is kept") {
  run([](World& world) -> Coro<> {
    Server server(1);
    Report report;
    Fetch fetch = [&] { return server.fetch(); };
    const std::string came = co_await ending(
        asyncio::wait_for(fetch_with_retries(fetch, 3, report), 5s));
    expect_equal("what wait_for gave after its five seconds", came,
                 "TimeoutError",
                 "a timeout is a CancelledError, until it leaves wait_for");
    expect_equal("how far the clock has come", world.time(), 5000ms,
                 "nothing is to be tried after the deadline");
  });
}
