#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "exercises/expect.hpp"
#include "lines.hpp"

using asyncio::Generator;
using exercise::expect_equal;
using exercise::lines;

namespace {

using Texts = std::vector<std::string>;

// Yields the chunks, and counts in `asked` how many were asked for.
Generator<std::string> give(Texts chunks, int& asked) {
  for (std::string& chunk : chunks) {
    ++asked;
    co_yield chunk;
  }
}

Texts lines_of(Texts chunks) {
  int asked = 0;
  Texts came;
  auto generator = lines(give(std::move(chunks), asked));
  while (came.size() < 9 && generator.next()) {  // no text here has so many
    came.push_back(generator.value());
  }
  return came;
}

Generator<std::string> broken() {
  std::string chunk = "one\ntw";
  co_yield chunk;
  throw std::runtime_error("the network is down");
}

// A text without an end. Whoever wants all of it gets an error instead.
Generator<std::string> endless(int& asked) {
  for (; asked < 1000; ++asked) {
    std::string chunk = "tick\n";
    co_yield chunk;
  }
  throw std::runtime_error("a thousand chunks asked for");
}

}  // namespace

TEST("a chunk with two lines") {
  expect_equal("the lines of \"one\\ntwo\\n\"", lines_of({"one\ntwo\n"}),
               Texts{"one", "two"}, "co_yield each line that ends with \\n");
}

TEST("a line that reaches over three chunks") {
  expect_equal("the lines of \"on\", \"e\", \"\\ntwo\\n\"",
               lines_of({"on", "e", "\ntwo\n"}), Texts{"one", "two"},
               "where is the beginning of a line kept until its end comes?");
}

TEST("an empty line is a line") {
  expect_equal("the lines of \"a\\n\\nb\\n\"", lines_of({"a\n\nb\n"}),
               Texts{"a", "", "b"}, "two newlines have an empty line between");
}

TEST("what is behind the last newline") {
  expect_equal("the lines of \"one\\ntw\", \"o\"", lines_of({"one\ntw", "o"}),
               Texts{"one", "two"},
               "the chunks have ended: what is still to be yielded?");
  expect_equal("the lines of \"one\\n\"", lines_of({"one\n"}), Texts{"one"},
               "there is nothing behind the last newline");
  expect_equal("the lines of no chunks", lines_of({}), Texts{},
               "nothing is no line");
}

TEST("no chunk is asked for before it is needed") {
  int asked = 0;
  auto generator = lines(give({"one\ntwo\nth", "ree\n"}, asked));
  expect_equal("how many chunks were asked for before the first line", asked,
               0, "a generator is lazy");
  generator.next();
  generator.next();
  expect_equal("the second line",
               generator.done() ? "(none)" : generator.value(), "two",
               "co_yield each line that ends with \\n");
  expect_equal("how many chunks were asked for to get two lines that stand in "
               "the first", asked, 1,
               "yield what is there before you ask for more");
}

TEST("a text that never ends") {
  int asked = 0;
  auto generator = lines(endless(asked));
  try {
    generator.next();
  } catch (const std::runtime_error& error) {
    exercise::fail("one line was asked for; came: " +
                   std::string(error.what()),
                   "yield what is there before you ask for more");
  }
  expect_equal("the first line",
               generator.done() ? "(none)" : generator.value(), "tick",
               "co_yield each line that ends with \\n");
}

TEST("an error of the chunks comes out behind the lines before it") {
  auto generator = lines(broken());
  Texts came;
  try {
    while (came.size() < 9 && generator.next()) {
      came.push_back(generator.value());
    }
    came.push_back("(the end)");
  } catch (const std::runtime_error& error) {
    came.push_back(error.what());
  }
  expect_equal("the lines of a source that fails, and its error", came,
               Texts{"one", "the network is down"},
               "an error passes through by itself; let it");
}
