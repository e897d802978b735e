// Asynchronous generators: what they yield. How they end, and who ends them:
// async_generator_end_test.cpp.
//
// CPython's test_asyncgen.py, AsyncGenTest and AsyncGenAsyncioTest:
//
//   iteration_01..02, asyncio_01..03, anext_04..06   "yields its values",
//                                "an error", "is not run ahead"
//   exception_03..12             "an error", "after its end"
//   aclose_06, aclose_11         "that yields again when it is closed"
//   aclose_07, 08, 12            "cleans up, and waits for it"
//   gc_aclose_09                 "that is dropped is closed by its loop"
//   aclose_10                    "may swallow GeneratorExit and end"
//   shutdown_01                  "that is cancelled cleans up"
//   shutdown_02, nonstarted_hooks...  "run() closes what is left"
//   shutdown_exception_01        "an error of a generator that run() closes"
//   shutdown_exception_02        "an error of a generator that was dropped";
//                                it has failed before run() looks at it
//   aclose_twice..., aclose_after_exhaustion     "may be closed twice"
//   aclose_compatible_with_get_stack  "the stack of a task"
//   asend_*, athrow_*            nothing is sent into a generator here: what a
//                                co_yield gets is nothing, or GeneratorExit
//   await_same_..._twice         next() may be awaited again: the next step
//   api_01, syntax_*, *_iter*, *_aiter*, anext_bad_*, *_tuple,
//   *_stopiteration, expression_*, test_send, test_throw
//                                Python's protocols; C++ has one, next()

#include <memory>
#include <stdexcept>
#include <string>

#include "10-tasks/manual_run.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/generator_world.hpp"

using namespace test;

TEST("a generator yields its values, whether or not it waits for them") {
  manual_run([]() -> Coro<> {
    Ints quick = co_await collect(count(3, 0s));
    CHECK_EQ(quick, (Ints{0, 1, 2}));
    Ints slow = co_await collect(count(3, 1s));
    CHECK_EQ(slow, (Ints{0, 1, 2}));
    Ints none = co_await collect(count(0, 0s));
    CHECK_EQ(none, Ints{});
  });
}

TEST("a generator is not run ahead: each next() runs it to one co_yield") {
  manual_run([]() -> Coro<> {
    std::string log;
    auto body = [](std::string& out) -> AsyncGenerator<int> {
      out += "a";
      co_yield 1;
      out += "b";
      co_await sleep(1s);
      co_yield 2;
      out += "c";
    };
    AsyncGenerator<int> gen = body(log);
    CHECK_EQ(log, "");
    std::optional<int> value = co_await gen.next();
    CHECK(value == 1);
    CHECK_EQ(log, "a");
    value = co_await gen.next();
    CHECK(value == 2);
    CHECK_EQ(log, "ab");
    value = co_await gen.next();
    CHECK(!value);
    CHECK_EQ(log, "abc");
  });
}

TEST("a generator that does not wait does not let others run") {
  bool other = false;
  manual_run([&]() -> Coro<> {
    get_running_loop().call_soon([&] { other = true; });
    Ints values = co_await collect(count(1000, 0s));
    CHECK_EQ(values.size(), std::size_t{1000});
    CHECK(!other);
  });
}

TEST("values are moved, so they may be what cannot be copied") {
  manual_run([]() -> Coro<> {
    auto body = []() -> AsyncGenerator<std::unique_ptr<int>> {
      co_yield std::make_unique<int>(1);
      auto second = std::make_unique<int>(2);
      co_yield std::move(second);
    };
    AsyncGenerator<std::unique_ptr<int>> gen = body();
    std::optional<std::unique_ptr<int>> value = co_await gen.next();
    CHECK_EQ(**value, 1);
    value = co_await gen.next();
    CHECK_EQ(**value, 2);
  });
}

TEST("an error leaves through next(), and after it nothing comes") {
  manual_run([]() -> Coro<> {
    for (Duration pause : {0s, 1s}) {
      auto body = [](Duration wait) -> AsyncGenerator<int> {
        co_yield 1;
        if (wait > 0s) co_await sleep(wait);
        throw std::runtime_error("broken");
      };
      AsyncGenerator<int> gen = body(pause);
      std::optional<int> value = co_await gen.next();
      CHECK(value == 1);
      std::string what = co_await error_of(gen.next());
      CHECK_EQ(what, "broken");
      value = co_await gen.next();
      CHECK(!value);
    }
  });
}

TEST("a generator iterates another, however deep") {
  manual_run([]() -> Coro<> {
    struct Nest {
      static AsyncGenerator<int> of(int depth) {
        if (depth == 0) {
          co_yield 1;
          co_await sleep(1s);
          co_yield 2;
          co_return;
        }
        AsyncGenerator<int> inner = of(depth - 1);
        for (;;) {
          std::optional<int> value = co_await inner.next();
          if (!value) co_return;
          co_yield *value + 1;
        }
      }
    };
    Ints values = co_await collect(Nest::of(1000));
    CHECK_EQ(values, (Ints{1001, 1002}));
  });
}

TEST("a million values need no native stack") {
  manual_run([]() -> Coro<> {
    AsyncGenerator<int> gen = count(1'000'000, 0s);
    long sum = 0;
    for (;;) {
      std::optional<int> value = co_await gen.next();
      if (!value) break;
      sum += *value;
    }
    CHECK_EQ(sum, 499'999'500'000);
  });
}

TEST("a next() while another is under way is refused") {
  manual_run([]() -> Coro<> {
    AsyncGenerator<int> gen = count(2, 1s);
    auto first = create_task(gen.next());
    co_await sleep(0s);
    std::string what = co_await error_of(gen.next());
    CHECK_EQ(what, "next(): asynchronous generator is already running");
    what = co_await error_of(gen.aclose());
    CHECK_EQ(what, "aclose(): asynchronous generator is already running");
    std::optional<int> value = co_await first;
    CHECK(value == 0);
    value = co_await gen.next();
    CHECK(value == 1);
  });
}

TEST("different tasks may run one generator, one after another") {
  manual_run([]() -> Coro<> {
    AsyncGenerator<int> gen = count(3, 1s);
    for (int i = 0; i < 3; ++i) {
      std::optional<int> value = co_await create_task(gen.next());
      CHECK(value == i);
    }
  });
}
