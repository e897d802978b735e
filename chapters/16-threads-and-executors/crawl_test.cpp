#include "10-tasks/held_crawl.hpp"

namespace {

constexpr const char* stage = "16-threads-and-executors";

// Of the threads that a try may take, none starts a page: only the loop does.
TEST("as many pages as --concurrency says are under way at once, no more") {
  test::check_concurrency(stage);
}

TEST("Ctrl-C ends a crawl whose threads all wait, with a report") {
  test::check_interrupt(stage);
}

TEST("one silent page holds up no other") {
  test::check_silent_pages(stage);
}

}  // namespace
