#include "07-generators/generator.hpp"

#include <iterator>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/test.hpp"

namespace {

using asyncio::Generator;
using Ints = std::vector<int>;
using Log = std::vector<std::string>;

static_assert(!std::is_copy_constructible_v<Generator<int>>);
static_assert(std::is_nothrow_move_constructible_v<Generator<int>>);
static_assert(std::is_nothrow_move_assignable_v<Generator<int>>);
static_assert(std::ranges::input_range<Generator<int>>);
static_assert(
    std::is_same_v<decltype(*std::declval<Generator<int>>().begin()), int&>);
static_assert(std::is_same_v<
              decltype(*std::declval<Generator<const int>>().begin()),
              const int&>);

// How many are alive.
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  ~Counted() { --alive; }
  Counted& operator=(const Counted&) = default;
  static inline int alive = 0;
};

Generator<int> count(int n) {
  for (int i = 0; i < n; ++i) co_yield i;
}

template <class T>
std::vector<std::remove_cv_t<T>> all(Generator<T> generator) {
  std::vector<std::remove_cv_t<T>> values;
  for (T& value : generator) values.push_back(value);
  return values;
}

TEST("a range-for sees each value in order, then the end") {
  CHECK_EQ(all(count(4)), Ints({0, 1, 2, 3}));
  CHECK_EQ(all(count(0)), Ints{});
}

Generator<int> noting(Log& log) {
  log.push_back("begins");
  co_yield 1;
  log.push_back("goes on");
  co_yield 2;
  log.push_back("ends");
}

TEST("nothing runs until the first value is asked for") {
  Log log;
  Generator<int> generator = noting(log);
  CHECK_EQ(log, Log{});
  CHECK(!generator.done());
  CHECK(generator.next());
  CHECK_EQ(log, Log({"begins"}));
}

TEST("each next runs to the next co_yield, and no further") {
  Log log;
  Generator<int> generator = noting(log);
  generator.next();
  CHECK_EQ(generator.value(), 1);
  CHECK(generator.next());
  CHECK_EQ(generator.value(), 2);
  CHECK_EQ(log, Log({"begins", "goes on"}));
  CHECK(!generator.next());
  CHECK_EQ(log, Log({"begins", "goes on", "ends"}));
  CHECK(generator.done());
}

TEST("a generator that has ended stays ended") {
  Generator<int> generator = count(1);
  CHECK(generator.next());
  for (int i = 0; i < 3; ++i) CHECK(!generator.next());
  for (int value : generator) CHECK_EQ(value, -1);  // does not come here
}

TEST("a second loop goes on where the first one stopped") {
  Generator<int> generator = count(5);
  for (int value : generator) {
    if (value == 1) break;
  }
  Ints rest;
  for (int value : generator) rest.push_back(value);
  CHECK_EQ(rest, Ints({2, 3, 4}));
}

TEST("the value is the generator's own variable, not a copy") {
  int local = 0;
  const auto generate = [](int& variable) -> Generator<int> {
    co_yield variable;
    co_yield variable;
  };
  Generator<int> generator = generate(local);
  generator.next();
  CHECK(&generator.value() == &local);
  for (int& value : generator) value = 7;
  CHECK_EQ(local, 7);
}

Generator<std::unique_ptr<int>> pointers(int n) {
  for (int i = 0; i < n; ++i) co_yield std::make_unique<int>(i);
}

TEST("values need not be copied, nor moved") {
  Ints values;
  for (std::unique_ptr<int>& pointer : pointers(3)) {
    const std::unique_ptr<int> mine = std::move(pointer);
    values.push_back(*mine);
  }
  CHECK_EQ(values, Ints({0, 1, 2}));
}

Generator<const std::string> words() {
  const std::vector<std::string> list = {"one", "two"};
  for (const std::string& word : list) co_yield word;
  co_yield "three";
}

TEST("a generator of const values yields const variables and temporaries") {
  CHECK_EQ(all(words()), Log({"one", "two", "three"}));
}

Generator<int> failing(Counted) {
  Counted local;
  co_yield 1;
  throw std::runtime_error("spam");
}

TEST("an exception comes out of next, and ends the generator") {
  Generator<int> generator = failing({});
  CHECK(generator.next());
  CHECK_WHAT(generator.next(), "spam");
  CHECK(generator.done());
  CHECK(!generator.next());
}

TEST("an exception comes out of a loop, and every local dies") {
  Ints values;
  try {
    for (int value : failing({})) values.push_back(value);
    CHECK(false);
  } catch (const std::runtime_error&) {
  }
  CHECK_EQ(values, Ints({1}));
  CHECK_EQ(Counted::alive, 0);
}

Generator<int> failing_at_once() {
  throw std::runtime_error("at once");
  co_yield 1;
}

TEST("an exception before the first value comes out of begin, not the call") {
  Generator<int> generator = failing_at_once();
  CHECK_WHAT(generator.begin(), "at once");
}

Generator<int> holding(Counted parameter) {
  Counted local;
  co_yield 1;
  Counted later;
  co_yield 2;
  static_cast<void>(parameter);
}

TEST("destroying a generator destroys the locals that are alive there") {
  {
    Generator<int> generator = holding({});
    CHECK_EQ(Counted::alive, 1);  // the parameter: it moved into the frame
  }
  CHECK_EQ(Counted::alive, 0);
  {
    Generator<int> generator = holding({});
    generator.next();
    CHECK_EQ(Counted::alive, 2);
    generator.next();
    CHECK_EQ(Counted::alive, 3);
  }
  CHECK_EQ(Counted::alive, 0);
}

TEST("locals die when the body ends, parameters with the generator") {
  Generator<int> generator = holding({});
  while (generator.next()) {
  }
  CHECK_EQ(Counted::alive, 1);
  generator = count(0);
  CHECK_EQ(Counted::alive, 0);
}

TEST("a move takes the frame along, and leaves a generator that has ended") {
  Generator<int> generator = count(3);
  generator.next();
  const void* frame = generator.frame();
  Generator<int> moved = std::move(generator);
  CHECK(moved.frame() == frame);
  CHECK(generator.done());
  CHECK(!generator.next());
  CHECK_EQ(moved.value(), 0);
  CHECK(moved.next());
  CHECK_EQ(moved.value(), 1);
}

TEST("assignment destroys the frame that was there") {
  Generator<int> generator = holding({});
  generator.next();
  CHECK_EQ(Counted::alive, 2);
  generator = count(2);
  CHECK_EQ(Counted::alive, 0);
  CHECK_EQ(all(std::move(generator)), Ints({0, 1}));
}

Generator<int> doubled(Generator<int> source) {
  for (int value : source) co_yield value * 2;
}

TEST("a generator may own the one that it is made of") {
  CHECK_EQ(all(doubled(doubled(count(3)))), Ints({0, 4, 8}));
}

Generator<int> tree(int depth) {
  if (depth > 0) {
    for (int value : tree(depth - 1)) co_yield value;
    co_yield depth;
    for (int value : tree(depth - 1)) co_yield value;
  }
}

TEST("a generator may call itself") {
  CHECK_EQ(all(tree(3)), Ints({1, 2, 1, 3, 1, 2, 1}));
}

TEST("it is a range, and an iterator of the standard library") {
  Generator<int> generator = count(10);
  Ints values;
  for (int value : generator | std::views::take(3)) values.push_back(value);
  CHECK_EQ(values, Ints({0, 1, 2}));
  CHECK(std::default_sentinel == count(0).begin());
}

}  // namespace
