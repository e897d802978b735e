// Contexts as the loop passes them on. What is in them is chapter 16's
// business; here it is a number.
//
// Of CPython's test_base_events.py and test_events.py: a Handle has a copy of
// the context at the time of its making (get_context), and the exception
// handler runs in it (test_exc_handler_invoked_in_context of 3.12).

#include "05-callbacks/context.hpp"

#include <stdexcept>
#include <thread>

#include "05-callbacks/context_world.hpp"
#include "05-callbacks/loop_test.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::Context;
using asyncio::ContextScope;
using asyncio::EventLoop;
using test::make_token;
using test::ManualLoop;
using test::number;
using test::NumberContext;
using test::run_once;
using test::set_number;

TEST("outside of every scope a thread's context is empty") {
  CHECK(Context::current().data() == nullptr);
  CHECK_EQ(number(), 0);
}

TEST("a scope enters a context, and leaves with what has become of it") {
  Context one = NumberContext::make(1);
  {
    ContextScope scope(one);
    CHECK_EQ(number(), 1);
    set_number(2);
    Context inner = NumberContext::make(3);
    ContextScope nested(inner);
    CHECK_EQ(number(), 3);
  }
  CHECK_EQ(number(), 0);
  CHECK_EQ(number(one), 2);
}

TEST("a copy does not see what is set later") {
  Context one = NumberContext::make(1);
  ContextScope scope(one);
  Context copy = Context::current();
  set_number(2);
  CHECK_EQ(number(copy), 1);
  CHECK_EQ(number(), 2);
}

TEST("the last share destroys the data") {
  const int before = NumberContext::alive();
  {
    Context one = NumberContext::make(1);
    Context two = one;
    Context three = std::move(one);
    two = three;
    CHECK_EQ(NumberContext::alive(), before + 1);
    ContextScope scope(two);
    set_number(7);
    CHECK_EQ(NumberContext::alive(), before + 2);
  }
  CHECK_EQ(NumberContext::alive(), before);
}

TEST("a callback runs in the context of who scheduled it") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  std::vector<int> seen;
  auto look = [&seen] { seen.push_back(number()); };
  Context one = NumberContext::make(1);
  {
    ContextScope scope(one);
    loop.call_soon(look);
    loop.call_later(1s, look);
    loop.call_at(loop.time() + 2s, look);
  }
  loop.call_soon(look);
  loop.call_later(3s, [&loop] { loop.stop(); });
  loop.run_forever();
  CHECK_EQ(seen, std::vector({1, 0, 1, 1}));
}

TEST("what a callback schedules inherits what the callback has set") {
  EventLoop loop;
  int seen = 0;
  loop.call_soon([&] {
    set_number(5);
    loop.call_soon([&] { seen = number(); });
    set_number(6);
  });
  run_once(loop);
  run_once(loop);
  CHECK_EQ(seen, 5);
}

TEST("a change stays with the callback that made it") {
  EventLoop loop;
  int other = -1;
  Context one = NumberContext::make(1);
  {
    ContextScope scope(one);
    loop.call_soon([] { set_number(2); });
    loop.call_soon([&other] { other = number(); });
  }
  run_once(loop);
  CHECK_EQ(other, 1);
  CHECK_EQ(number(one), 1);
  CHECK_EQ(number(), 0);
}

TEST("a reader finds what it has set the time before") {
  EventLoop loop;
  auto [ours, theirs] = asyncio::Socket::pair();
  theirs.send_all("x");
  std::vector<int> seen;
  loop.add_reader(ours.fd(), [&] {
    seen.push_back(number());
    set_number(number() + 1);
    if (seen.size() == 3) loop.stop();
  });
  loop.run_forever();
  loop.remove_reader(ours.fd());
  CHECK_EQ(seen, std::vector({0, 1, 2}));
}

TEST("the exception handler runs in the context of the callback") {
  EventLoop loop;
  int seen = -1;
  loop.set_exception_handler(
      [&](EventLoop&, const asyncio::ExceptionContext&) { seen = number(); });
  loop.call_soon([] {
    set_number(4);
    throw std::runtime_error("oops");
  });
  run_once(loop);
  CHECK_EQ(seen, 4);
}

// Sets a number without a context of its own to keep it in.
struct Bare : asyncio::Callback {
  void run() override { set_number(9); }
};

TEST("run_forever leaves the thread's own context as it found it") {
  EventLoop loop;
  Context one = NumberContext::make(1);
  ContextScope scope(one);
  Bare bare;
  loop.schedule(bare);
  run_once(loop);
  CHECK_EQ(number(), 1);
}

TEST("a callback's context dies with its function") {
  const int before = NumberContext::alive();
  EventLoop loop;
  asyncio::Handle ran, cancelled, dropped;
  {
    Context one = NumberContext::make(1);
    ContextScope scope(one);
    ran = loop.call_soon([] {});
    cancelled = loop.call_later(1h, [] {});
    dropped = loop.call_later(1h, [] {});
  }
  run_once(loop);
  cancelled.cancel();
  loop.close();
  CHECK_EQ(NumberContext::alive(), before);
}

TEST("a context may be carried to another thread") {
  Context one = NumberContext::make(1);
  int seen = 0, own = -1;
  std::thread thread([&seen, &own, copy = one]() mutable {
    own = number();
    ContextScope scope(copy);
    seen = number();
    set_number(2);
  });
  thread.join();
  CHECK_EQ(own, 0);
  CHECK_EQ(seen, 1);
  CHECK_EQ(number(one), 1);
}

}  // namespace
