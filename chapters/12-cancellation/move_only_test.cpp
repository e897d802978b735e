// A result that can only be moved passes through everything that awaits: a
// vector of unique_ptr, about which the standard library says that it can be
// copied (09-futures/copyable.hpp).

#include <memory>
#include <utility>
#include <vector>

#include "11-gather/as_completed.hpp"
#include "11-gather/gather.hpp"
#include "12-cancellation/cancel_world.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "12-cancellation/wait_for.hpp"

namespace {

using namespace test;
using asyncio::is_copyable;
using asyncio::Outcome;
using asyncio::sleep;

using Pages = std::vector<std::unique_ptr<int>>;

static_assert(!is_copyable<Pages>);
static_assert(!is_copyable<std::pair<int, Pages>>);
static_assert(!is_copyable<std::tuple<int, std::optional<Pages>>>);
static_assert(!is_copyable<std::vector<Outcome<Pages>>>);
static_assert(!is_copyable<std::array<Pages, 2>>);
static_assert(is_copyable<std::vector<std::vector<std::string>>>);
static_assert(is_copyable<std::vector<std::shared_ptr<Pages>>>);
static_assert(is_copyable<std::tuple<int, std::variant<char, std::string>>>);
static_assert(is_copyable<Outcome<void>> && is_copyable<Outcome<int>>);

Pages pages_of(int first) {
  Pages pages;
  for (int i = 0; i < 3; ++i) pages.push_back(std::make_unique<int>(first + i));
  return pages;
}

Coro<Pages> make(int first) {
  co_await sleep(1s);
  co_return pages_of(first);
}

// The test of each: 3 pages, the last of which has the number first + 2.
void check(const Pages& pages, int first) {
  CHECK_EQ(pages.size(), 3u);
  CHECK_EQ(*pages.back(), first + 2);
}

TEST("a future, a task and run_until_complete") {
  NoLeak no_leak;
  World world;
  const auto future = world.future<Pages>();
  future.set_result(pages_of(1));
  check(run_until_complete(world.loop, future), 1);
  check(world.run(make(2)), 2);
  auto main = [](Task<Pages> task) -> Coro<Pages> { co_return co_await task; };
  check(world.run(main(world.start(make(3)))), 3);
}

TEST("gather, of each form") {
  NoLeak no_leak;
  World world;
  auto main = []() -> Coro<> {
    std::vector<Coro<Pages>> makers;
    makers.push_back(make(1));
    makers.push_back(make(2));
    auto all = co_await asyncio::gather(std::move(makers));
    check(all[1], 2);
    std::vector<Task<Pages>> tasks;
    tasks.push_back(create_task(make(3)));
    auto outcomes =
        co_await asyncio::gather(asyncio::return_exceptions, std::move(tasks));
    check(outcomes[0].value(), 3);
    auto pair = co_await asyncio::gather(make(4), make(5));
    check(std::get<1>(pair), 5);
    auto one = co_await asyncio::gather(asyncio::return_exceptions, make(6));
    check(std::get<0>(one).value(), 6);
  };
  world.run(main());
}

TEST("wait_for, timeout, shield, as_completed and a task group") {
  NoLeak no_leak;
  World world;
  auto main = []() -> Coro<> {
    Pages pages = co_await asyncio::wait_for(make(1), 10s);
    check(pages, 1);
    auto body = []() -> Coro<Pages> { return make(2); };
    pages = co_await asyncio::timeout(10s, body);
    check(pages, 2);
    pages = co_await asyncio::shield(make(3));
    check(pages, 3);
    std::vector<Coro<Pages>> makers;
    makers.push_back(make(4));
    for (Coro<Pages> next : asyncio::as_completed(std::move(makers))) {
      pages = co_await std::move(next);
    }
    check(pages, 4);
    auto grouped = [](asyncio::TaskGroup& group) -> Coro<Pages> {
      Task<Pages> task = group.create_task(make(5));
      co_return co_await task;
    };
    pages = co_await asyncio::task_group(grouped);
    check(pages, 5);
  };
  world.run(main());
}

}  // namespace
