#include "08-coroutines/root.hpp"
#include "count_book.hpp"
#include "exercises/expect.hpp"

using exercise::expect;
using exercise::expect_equal;

namespace {

int run(asyncio::Coro<int> coro) {
  asyncio::EventLoop loop;
  asyncio::Root<int> root(loop, std::move(coro));
  root.run();
  expect(root.done(), "the coroutine has ended when run() returns",
         "nothing in this exercise has to wait");
  return root.result();
}

}  // namespace

TEST("a page that outlives its count") {
  const exercise::Page page{7, "a text that is kept by the one who counts"};
  expect_equal("the number of its words", run(exercise::count_words(page)),
               10, "this worked before you changed something");
}

TEST("a book that has only a cover") {
  expect_equal("the number of words", run(exercise::count_book(0)), 0,
               "the cover has no words");
}

TEST("a book of twenty pages") {
  expect_equal("the number of words", run(exercise::count_book(20)), 120,
               "does each page live until its words are counted?");
}
