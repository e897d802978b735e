// Context variables. Of CPython's test_context.py, ContextTest:
//
// test_context_var_new_1         "a variable has a name"
// test_context_var_repr_1, test_context_subclassing_1, test_context_new_1,
//   test_context_typerrors_1, test_hashkey_helper_1     the types say it
// test_context_get_context_1     "without a value"
// test_context_run_1, _2, _6     "run_in_context gives what"
// test_context_run_3 (raises)    "an exception leaves a context"
// test_context_run_4, _5         "what is set in a context stays there"
// test_context_run_7 (enter twice: RuntimeError)   REQUIRES of ContextScope
// test_context_getset_1, _2, _3  "get gives", "reset goes back"
// test_context_getset_4, _5 (a token of another context)   a context is a
//   value here, and has no identity that a token could know
// test_context_copy_1            "a copy keeps its values"
// test_context_threads_1         "threads have contexts of their own"
// HamtTest                       the values stand in a vector: "many variables"

#include "16-threads-and-executors/context_var.hpp"

#include <atomic>
#include <thread>

#include "common/test.hpp"

namespace {

using asyncio::Context;
using asyncio::ContextScope;
using asyncio::ContextVar;
using asyncio::copy_context;
using asyncio::run_in_context;

// Each test in a context of its own.
#define IN_A_CONTEXT    \
  Context test_context; \
  ContextScope test_scope(test_context)

TEST("a variable has a name, and without a value get throws") {
  IN_A_CONTEXT;
  ContextVar<int> var("number");
  CHECK_EQ(var.name(), "number");
  CHECK_WHAT(var.get(), "ContextVar 'number' has no value");
  CHECK_THROWS(std::out_of_range, var.get());
  CHECK(!var.get_in(copy_context()));
}

TEST("get gives the value, else the caller's default, else the variable's") {
  IN_A_CONTEXT;
  ContextVar<std::string> plain("plain"), with("with", "default");
  CHECK_EQ(plain.get("mine"), "mine");
  CHECK_EQ(with.get(), "default");
  CHECK_EQ(with.get("mine"), "mine");
  with.set("set");
  CHECK_EQ(with.get(), "set");
  CHECK_EQ(with.get("mine"), "set");
  CHECK_EQ(plain.get("mine"), "mine");
}

TEST("reset goes back to the value before, also to none") {
  IN_A_CONTEXT;
  ContextVar<int> var("var", 0);
  auto first = var.set(1);
  auto second = var.set(2);
  CHECK(!first.old_value());
  CHECK_EQ(*second.old_value(), 1);
  var.reset(second);
  CHECK_EQ(var.get(), 1);
  var.reset(first);
  CHECK_EQ(var.get(), 0);
  CHECK(!var.get_in(copy_context()));
}

TEST("a token serves once, and for its own variable") {
  IN_A_CONTEXT;
  ContextVar<int> var("var"), other("other");
  auto token = var.set(1);
  CHECK_WHAT((other.reset(token), 0), "by another ContextVar");
  CHECK_EQ(var.get(), 1);
  var.reset(token);
  CHECK_WHAT((var.reset(token), 0), "already been used once");
}

TEST("run_in_context gives what the function returns, and takes arguments") {
  IN_A_CONTEXT;
  Context context = copy_context();
  const int sum =
      run_in_context(context, [](int a, int b) { return a + b; }, 40, 2);
  CHECK_EQ(sum, 42);
}

TEST("an exception leaves a context as a return does") {
  IN_A_CONTEXT;
  ContextVar<int> var("var", 0);
  Context context = copy_context();
  CHECK_WHAT(run_in_context(context,
                            [&]() -> int {
                              var.set(5);
                              throw std::runtime_error("spam");
                            }),
             "spam");
  CHECK_EQ(var.get(), 0);
  CHECK_EQ(*var.get_in(context), 5);
}

TEST("what is set in a context stays there, at every depth") {
  IN_A_CONTEXT;
  ContextVar<int> var("var", 0);
  Context outer = copy_context(), inner = copy_context();
  run_in_context(outer, [&] {
    var.set(1);
    run_in_context(inner, [&] {
      CHECK_EQ(var.get(), 0);
      var.set(2);
    });
    CHECK_EQ(var.get(), 1);
  });
  CHECK_EQ(var.get(), 0);
  CHECK_EQ(*var.get_in(outer), 1);
  CHECK_EQ(*var.get_in(inner), 2);
  run_in_context(inner, [&] { CHECK_EQ(var.get(), 2); });
}

TEST("a copy keeps its values, whatever is set later") {
  IN_A_CONTEXT;
  ContextVar<int> one("one"), two("two");
  one.set(1);
  Context before = copy_context();
  one.set(10);
  two.set(20);
  Context after = copy_context();
  CHECK_EQ(*one.get_in(before), 1);
  CHECK(!two.get_in(before));
  CHECK_EQ(*one.get_in(after), 10);
  CHECK_EQ(*two.get_in(after), 20);
}

TEST("many variables do not get in each other's way") {
  IN_A_CONTEXT;
  std::vector<std::unique_ptr<ContextVar<int>>> vars;
  std::vector<ContextVar<int>::Token> tokens;
  for (int i = 0; i < 100; ++i) {
    vars.push_back(std::make_unique<ContextVar<int>>("var"));
    tokens.push_back(vars.back()->set(i));
  }
  for (int i = 0; i < 100; i += 2) {
    vars[static_cast<std::size_t>(i)]->reset(
        tokens[static_cast<std::size_t>(i)]);
  }
  for (int i = 0; i < 100; ++i) {
    CHECK_EQ(vars[static_cast<std::size_t>(i)]->get(-1), i % 2 == 0 ? -1 : i);
  }
}

TEST("a value lives as long as a context or a token has it, no longer") {
  auto token = std::make_shared<int>(0);
  {
    IN_A_CONTEXT;
    ContextVar<std::shared_ptr<int>> var("var");
    var.set(token);
    Context copy = copy_context();
    auto old = var.set(nullptr);
    CHECK_EQ(token.use_count(), 2);
    copy = {};
    CHECK_EQ(token.use_count(), 2);  // the token has it
    var.reset(old);
    CHECK_EQ(token.use_count(), 2);
  }
  CHECK_EQ(token.use_count(), 1);
}

TEST("a variable that is gone leaves nothing that another could find") {
  IN_A_CONTEXT;
  for (int i = 0; i < 10; ++i) {
    auto var = std::make_unique<ContextVar<int>>("var");
    CHECK_EQ(var->get(-1), -1);  // though it may stand where the last one was
    var->set(i);
  }
}

TEST("threads have contexts of their own, and may share values") {
  IN_A_CONTEXT;
  ContextVar<std::string> var("var", "none");
  var.set("main's");
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t, copy = copy_context()]() mutable {
      wrong += var.get() != "none";
      run_in_context(copy, [&] {
        wrong += var.get() != "main's";
        for (int i = 0; i < 500; ++i) {
          const std::string mine = std::to_string(t) + " " + std::to_string(i);
          var.set(mine);
          wrong += var.get() != mine;
        }
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(wrong.load(), 0);
  CHECK_EQ(var.get(), "main's");
}

}  // namespace
