#include "10-tasks/held_crawl.hpp"

namespace {

constexpr const char* stage = "10-tasks";

TEST("as many pages as --concurrency says are under way at once, no more") {
  test::check_concurrency(stage);
}

TEST("Ctrl-C ends a crawl whose tasks wait, with a report") {
  test::check_interrupt(stage);
}

TEST("one silent page holds up no other") {
  test::check_silent_pages(stage);
}

}  // namespace
