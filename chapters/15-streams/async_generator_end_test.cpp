// How asynchronous generators end, and who ends them. The table of CPython's
// cases stands in async_generator_test.cpp.

#include <optional>
#include <string>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "12-cancellation/wait_for.hpp"
#include "15-streams/generator_world.hpp"

using namespace test;

TEST("a generator that is closed cleans up, and waits for it") {
  manual_run([]() -> Coro<> {
    int cleaned = 0;
    AsyncGenerator<int> gen = careful(cleaned);
    co_await gen.next();
    co_await gen.aclose();
    CHECK_EQ(cleaned, 1);
    std::optional<int> value = co_await gen.next();
    CHECK(!value);
  });
}

TEST("a generator that was never begun never runs, and is closed at once") {
  manual_run([]() -> Coro<> {
    int cleaned = 0;
    AsyncGenerator<int> gen = careful(cleaned);
    co_await gen.aclose();
    std::optional<int> value = co_await gen.next();
    CHECK(!value);
    CHECK_EQ(cleaned, 0);
  });
}

TEST("a generator may be closed twice, and after its end") {
  manual_run([]() -> Coro<> {
    AsyncGenerator<int> gen = count(1, 0s);
    co_await gen.aclose();
    co_await gen.aclose();
    AsyncGenerator<int> ended = count(1, 0s);
    co_await ended.next();
    co_await ended.next();
    co_await ended.aclose();
  });
}

TEST("a generator may swallow GeneratorExit and end") {
  manual_run([]() -> Coro<> {
    bool done = false;
    auto body = [](bool& out) -> AsyncGenerator<int> {
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
      }
      out = true;
    };
    AsyncGenerator<int> gen = body(done);
    co_await gen.next();
    co_await gen.aclose();
    CHECK(done);
  });
}

TEST("a generator that yields again when it is closed is told so") {
  manual_run([]() -> Coro<> {
    auto body = []() -> AsyncGenerator<int> {
      try {
        co_yield 1;
      } catch (const GeneratorExit&) {
      }
      co_await sleep(1s);
      co_yield 12;
    };
    AsyncGenerator<int> gen = body();
    co_await gen.next();
    std::string what = co_await error_of(gen.aclose());
    CHECK_EQ(what, "async generator ignored GeneratorExit");
  });
}

TEST("GeneratorExit is no std::exception") {
  manual_run([]() -> Coro<> {
    bool caught = false;
    auto body = [](bool& out) -> AsyncGenerator<int> {
      try {
        co_yield 1;
      } catch (const std::exception&) {
        out = true;
      }
    };
    AsyncGenerator<int> gen = body(caught);
    co_await gen.next();
    co_await gen.aclose();
    CHECK(!caught);
  });
}

TEST("a generator whose task is cancelled cleans up, and is over") {
  manual_run([]() -> Coro<> {
    int cleaned = 0;
    auto iterate = [](int& out) -> Coro<> {
      AsyncGenerator<int> gen = careful(out);
      for (;;) co_await gen.next();
    };
    auto first = create_task(iterate(cleaned));
    auto second = create_task(iterate(cleaned));
    co_await sleep(100ms);
    first.cancel();
    second.cancel();
    std::string what = co_await error_of(first);
    what += co_await error_of(second);
    CHECK_EQ(what, "CancelledErrorCancelledError");
    CHECK_EQ(cleaned, 2);
  });
}

TEST("a next() whose time is over ends the generator, as in Python") {
  manual_run([]() -> Coro<> {
    AsyncGenerator<int> gen = count(3, 2s);
    std::string what = co_await error_of(wait_for(gen.next(), 1s));
    CHECK_EQ(what, "timed out");
    std::optional<int> value = co_await gen.next();
    CHECK(!value);
  });
}

TEST("a generator that is dropped is closed by its loop") {
  manual_run([]() -> Coro<> {
    int cleaned = 0;
    {
      AsyncGenerator<int> gen = careful(cleaned);
      co_await gen.next();
    }
    CHECK_EQ(cleaned, 0);
    co_await sleep(2s);
    CHECK_EQ(cleaned, 1);
    { AsyncGenerator<int> unbegun = careful(cleaned); }
    co_await sleep(2s);
    CHECK_EQ(cleaned, 1);
  });
}

TEST("a generator that is dropped during a step is closed after it") {
  manual_run([]() -> Coro<> {
    int cleaned = 0;
    Task<std::optional<int>> step;
    {
      AsyncGenerator<int> gen = careful(cleaned);
      co_await gen.next();
      co_await gen.next();
      step = create_task(Coro<std::optional<int>>(gen.next()));
      co_await sleep(0s);
    }
    std::optional<int> value = co_await step;
    CHECK_EQ(value.value_or(-1), 2);
    co_await sleep(2s);
    CHECK_EQ(cleaned, 1);
  });
}

TEST("run() closes what is left, and the cleanup can wait") {
  int cleaned = 0;
  std::optional<AsyncGenerator<int>> kept;
  std::vector<std::string> reports;
  const long frames = FramePool::live();
  Runner(test::manual_clock()).run([](auto& gen, int& out,
                                      auto& list) -> Coro<> {
    collect_reports(list);
    gen.emplace(careful(out));
    co_await gen->next();
  }(kept, cleaned, reports));
  CHECK_EQ(cleaned, 1);
  CHECK_EQ(reports.size(), std::size_t{0});
  kept.reset();
  CHECK_EQ(FramePool::live(), frames);
}

TEST("run() closes a generator that was dropped at its very end") {
  int cleaned = 0;
  const long frames = FramePool::live();
  Runner(test::manual_clock()).run([](int& out) -> Coro<> {
    AsyncGenerator<int> gen = careful(out);
    co_await gen.next();
  }(cleaned));
  CHECK_EQ(cleaned, 1);
  CHECK_EQ(FramePool::live(), frames);
}

TEST("an error of a generator that run() closes is reported") {
  std::optional<AsyncGenerator<int>> kept;
  std::vector<std::string> reports;
  Runner(test::manual_clock()).run([](auto& gen, auto& list) -> Coro<> {
    collect_reports(list);
    gen.emplace(breaks_on_exit());
    co_await gen->next();
  }(kept, reports));
  CHECK_EQ(reports, (std::vector<std::string>{
                        "an error occurred during closing of asynchronous "
                        "generator no way out"}));
}

TEST("an error of a generator that was dropped is reported") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    {
      AsyncGenerator<int> gen = breaks_on_exit();
      co_await gen.next();
    }
    co_await sleep(1s);
  });
  CHECK_EQ(reports, (std::vector<std::string>{
                        "Task exception was never retrieved no way out"}));
}

TEST("who begins a generator after the shutdown is warned in debug mode") {
  std::vector<std::string> reports;
  manual_run([&]() -> Coro<> {
    collect_reports(reports);
    get_running_loop().set_debug(true);
    co_await shutdown_asyncgens(get_running_loop());
    AsyncGenerator<int> gen = count(1, 0s);
    co_await gen.next();
    co_await gen.aclose();
  });
  CHECK_EQ(reports.size(), std::size_t{1});
  CHECK(reports[0].find("after shutdown_asyncgens()") != std::string::npos);
}

TEST("a generator whose loop is gone dies where it stands") {
  int cleaned = 0;
  const long frames = FramePool::live();
  {
    std::optional<AsyncGenerator<int>> kept;
    EventLoop loop(test::manual_clock());
    auto begin = [](auto& gen, int& out) -> Coro<> {
      gen.emplace(careful(out));
      co_await gen->next();
    };
    run_until_complete(loop, Task<>(loop, begin(kept, cleaned)));
    loop.close();
  }
  CHECK_EQ(cleaned, 0);
  CHECK_EQ(FramePool::live(), frames);
}

TEST("the stack of a task goes through its generator") {
  manual_run([]() -> Coro<> {
    auto iterate = []() -> Coro<> {
      AsyncGenerator<int> gen = count(1, 1s);
      co_await gen.next();
    };
    auto task = create_task(iterate());
    co_await sleep(0s);
    CHECK_EQ(task.get_stack().size(), std::size_t{2});
    co_await task;
  });
}
