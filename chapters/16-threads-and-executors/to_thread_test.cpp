// to_thread, and context variables on their way through tasks and threads.
// CPython's cases:
//
// test_threads.py
//   test_to_thread                  "to_thread gives what the function returns"
//   test_to_thread_exception        "what the function throws"
//   test_to_thread_once             the same
//   test_to_thread_concurrent       "ten calls"
//   test_to_thread_args_kwargs      "arguments are moved there"
//   test_to_thread_contextvars      "a thread sees the caller's variables"
// test_context.py (asyncio's)
//   test_asyncio_task_decimal_context   "siblings have their own values"

#include <atomic>
#include <mutex>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "12-cancellation/wait_for.hpp"
#include "16-threads-and-executors/context_var.hpp"
#include "16-threads-and-executors/gate.hpp"
#include "16-threads-and-executors/run_in_executor.hpp"
#include "16-threads-and-executors/threaded_resolver.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;
using test::ThreadGate;

ContextVar<std::string> animal("animal");

int add(int a, int b) { return a + b; }

TEST("to_thread gives what the function returns, and calls it once") {
  manual_run([]() -> Coro<> {
    int sum = co_await to_thread(add, 40, 2);
    CHECK_EQ(sum, 42);
    std::atomic<int> calls{0};
    auto count = [&calls] { ++calls; };
    co_await to_thread(count);
    CHECK_EQ(calls.load(), 1);
  });
}

TEST("to_thread does nothing until it is awaited") {
  manual_run([]() -> Coro<> {
    std::atomic<int> calls{0};
    auto count = [&calls] { ++calls; };
    {
      Coro<> never = to_thread(count);
    }
    co_await sleep(1s);
    CHECK_EQ(calls.load(), 0);
  });
}

TEST("what the function throws comes out of the await") {
  manual_run([]() -> Coro<> {
    std::string what;
    auto fail = [] { throw std::runtime_error("test"); };
    try {
      co_await to_thread(fail);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    CHECK_EQ(what, "test");
  });
}

TEST("ten calls may be under way at once") {
  manual_run([]() -> Coro<> {
    auto executor = std::make_shared<ThreadPoolExecutor>(10);
    set_default_executor(get_running_loop(), executor);
    ThreadGate gate;
    auto wait = [&gate] { gate.wait(); };
    std::vector<Task<>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(create_task(to_thread(wait)));
    co_await sleep(0s);
    gate.wait_for_waiters(10);
    gate.open();
    co_await gather(tasks);
  });
}

TEST("arguments are moved there, and the result is moved back") {
  manual_run([]() -> Coro<> {
    auto next = [](std::unique_ptr<int> p, const std::string& s) {
      *p += static_cast<int>(s.size());
      return p;
    };
    auto pointer =
        co_await to_thread(next, std::make_unique<int>(1), std::string("abc"));
    CHECK_EQ(*pointer, 4);
  });
}

TEST("a thread sees the caller's variables, and its changes stay there") {
  manual_run([]() -> Coro<> {
    animal.set("parrot");
    std::thread::id id;
    auto look = [&id] {
      id = std::this_thread::get_id();
      std::string seen = animal.get();
      animal.set("cat");
      return seen;
    };
    std::string seen = co_await to_thread(look);
    CHECK_EQ(seen, "parrot");
    CHECK(id != std::this_thread::get_id());
    CHECK_EQ(animal.get(), "parrot");
    auto look_again = [] { return animal.get("nothing"); };
    std::string plain = co_await run_in_executor(look_again);
    CHECK_EQ(plain, "nothing");  // it carries no context, as in Python
  });
}

Coro<std::string> name_and_wait(std::string name, Duration delay) {
  animal.set(name);
  co_await sleep(delay);
  co_return animal.get();
}

TEST("siblings have their own values, over every wait") {
  manual_run([]() -> Coro<> {
    animal.set("parent's");
    auto [a, b] = co_await gather(name_and_wait("a", 100ms),
                                  name_and_wait("b", 200ms));
    CHECK_EQ(a, "a");
    CHECK_EQ(b, "b");
    CHECK_EQ(animal.get(), "parent's");
  });
}

TEST("an awaited coroutine runs in its caller's context, a task in a copy") {
  manual_run([]() -> Coro<> {
    animal.set("before");
    std::string inner = co_await name_and_wait("inner", 1s);
    CHECK_EQ(animal.get(), "inner");
    Task<std::string> task = create_task(name_and_wait("task", 1s));
    animal.set("later");
    std::string set = co_await task;
    CHECK_EQ(set, "task");
    CHECK_EQ(animal.get(), "later");
  });
}

TEST("a timeout ends the await, and the thread goes on to its end") {
  ThreadGate gate;
  std::atomic<bool> ended{false};
  manual_run([&]() -> Coro<> {
    bool timed_out = false;
    auto work = [&] {
      gate.wait();
      ended = true;
    };
    Task<> call = create_task(to_thread(work));
    co_await sleep(0s);
    gate.wait_for_waiters(1);
    try {
      co_await wait_for(call, 1s);
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    CHECK(timed_out);
    CHECK(!ended);
    gate.open();
  });
  CHECK(ended);  // run() has waited for it
}

TEST("a threaded resolver finds addresses, and says whom it did not find") {
  manual_run([]() -> Coro<> {
    install_threaded_resolver(get_running_loop());
    auto found = co_await getaddrinfo("localhost", 80);
    CHECK(!found.empty());
    CHECK_EQ(found[0].port(), 80);
    std::string what;
    try {
      co_await getaddrinfo("no host has spaces", 80);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    CHECK(what.starts_with("resolve no host has spaces: "));
  });
}

}  // namespace
