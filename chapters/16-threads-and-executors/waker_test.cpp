// call_soon_threadsafe. CPython's cases, and where they are:
//
// test_events.py
//   test_call_soon_threadsafe             "a call from another thread wakes",
//     "one thread's calls run in their order". There a callback of call_soon
//     that comes after it runs after it, whoever runs the loop; here only
//     once the loop has looked into its mailbox.
//   test_call_soon_threadsafe_same_thread "the loop's own calls keep their
//     place". Before the loop runs, see above.
//   test_close (call_soon_threadsafe)     "a closed loop refuses a call"
//   HandleTests.test_handle_source_...    there is no handle, no traceback
// test_base_events.py
//   test_default_exc_handler_callback     "an exception goes to the handler"
//   check_in_thread (debug mode)          chapter 05, event_loop_errors_test
// gh-96827 (a thread writes to a loop that closes): the three at the end

#include "16-threads-and-executors/waker.hpp"

#include <atomic>
#include <optional>
#include <thread>

#include "05-callbacks/context_world.hpp"
#include "05-callbacks/loop_test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::call_soon_threadsafe;
using asyncio::EventLoop;
using test::Log;
using test::make_token;
using test::ManualLoop;
using test::run_once;

template <class F>
void in_a_thread(F function) {
  std::thread(std::move(function)).join();
}

TEST("a call from another thread wakes a loop that waits for nothing else") {
  EventLoop loop;
  std::thread::id ran_in;
  std::thread thread([&] {
    call_soon_threadsafe(loop, [&] {
      ran_in = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run_forever();
  thread.join();
  CHECK(ran_in == std::this_thread::get_id());
}

TEST("it wakes a loop that waits for a timer") {
  EventLoop loop;
  loop.call_later(1h, [] {});
  std::thread thread;
  loop.call_soon([&] {
    thread = std::thread(
        [&] { call_soon_threadsafe(loop, [&] { loop.stop(); }); });
  });
  loop.run_forever();
  thread.join();
}

TEST("one thread's calls run in their order, whatever other threads do") {
  constexpr int kThreads = 4, kCalls = 5000;
  EventLoop loop;
  int next[kThreads] = {}, wrong = 0, ended = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        call_soon_threadsafe(loop, [&, t, i] { wrong += next[t]++ != i; });
      }
      call_soon_threadsafe(loop, [&] {
        if (++ended == kThreads) loop.stop();
      });
    });
  }
  loop.run_forever();
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(wrong, 0);
  for (int count : next) CHECK_EQ(count, kCalls);
}

TEST("a running loop's own calls keep their place among those of call_soon") {
  EventLoop loop;
  Log log;
  loop.call_soon([&] {
    loop.call_soon([&] { log.push_back("a"); });
    call_soon_threadsafe(loop, [&] { log.push_back("b"); });
    loop.call_soon([&] { log.push_back("c"); });
  });
  run_once(loop);
  CHECK_EQ(log, Log{});
  run_once(loop);
  CHECK_EQ(log, Log({"a", "b", "c"}));
}

TEST("a call of the loop itself does not overtake one of a thread") {
  EventLoop loop;
  Log log;
  loop.call_soon([&] {
    in_a_thread([&] {
      call_soon_threadsafe(loop, [&] { log.push_back("thread"); });
    });
    call_soon_threadsafe(loop, [&] { log.push_back("loop"); });
  });
  run_once(loop);
  run_once(loop);
  CHECK_EQ(log, Log({"thread", "loop"}));
}

TEST("a loop that does not run takes calls, and makes them when it does") {
  EventLoop loop;
  Log log;
  in_a_thread(
      [&] { call_soon_threadsafe(loop, [&] { log.push_back("one"); }); });
  call_soon_threadsafe(loop, [&] {
    log.push_back("two");
    loop.stop();
  });
  CHECK_EQ(log, Log{});
  loop.run_forever();
  CHECK_EQ(log, Log({"one", "two"}));
}

TEST("once its mailbox is empty the loop sleeps, and does not spin") {
  ManualLoop manual;
  EventLoop& loop = manual.loop;
  test::PollCounter counter;
  int calls = 0;
  in_a_thread([&] { call_soon_threadsafe(loop, [&] { ++calls; }); });
  loop.call_later(1h, [&] { loop.stop(); });
  loop.set_observer(&counter);
  loop.run_forever();  // an event that stays would keep the clock from moving
  loop.set_observer(nullptr);
  CHECK_EQ(calls, 1);
  CHECK(counter.polls <= 4);
}

TEST("200,000 calls at once do not fill the pipe, and all are made") {
  EventLoop loop;
  int calls = 0;
  in_a_thread([&] {
    for (int i = 0; i < 200'000; ++i) {
      call_soon_threadsafe(loop, [&] { ++calls; });
    }
    call_soon_threadsafe(loop, [&] { loop.stop(); });
  });
  loop.run_forever();
  CHECK_EQ(calls, 200'000);
}

TEST("an exception goes to the loop's handler, and the next call is made") {
  EventLoop loop;
  Log log;
  loop.set_exception_handler(
      [&](EventLoop&, const asyncio::ExceptionContext& context) {
        log.push_back(context.message + ": " + context.subject);
      });
  in_a_thread([&] {
    call_soon_threadsafe(loop, [] { throw std::runtime_error("oops"); });
    call_soon_threadsafe(loop, [&] { loop.stop(); });
  });
  loop.run_forever();
  CHECK_EQ(log, Log{"Exception in callback: call_soon_threadsafe"});
}

TEST("the function runs in a copy of the caller's context") {
  EventLoop loop;
  int seen = -1;
  in_a_thread([&] {
    test::set_number(7);
    call_soon_threadsafe(loop, [&] {
      seen = test::number();
      test::set_number(8);
      loop.stop();
    });
    CHECK_EQ(test::number(), 7);
    asyncio::Context::set_current({});
  });
  loop.run_forever();
  CHECK_EQ(seen, 7);
  CHECK_EQ(test::number(), 0);
}

TEST("a function dies in the loop's thread, as soon as it has run") {
  EventLoop loop;
  auto token = make_token();
  in_a_thread([&] { call_soon_threadsafe(loop, [token] {}); });
  CHECK_EQ(token.use_count(), 2);
  run_once(loop);
  run_once(loop);
  CHECK_EQ(token.use_count(), 1);
}

// Closing.

TEST("a closed loop refuses a call, and so does one that is gone") {
  auto loop = std::make_unique<EventLoop>();
  EventLoop& address = *loop;
  auto token = make_token();
  loop->close();
  CHECK_WHAT((call_soon_threadsafe(address, [token] {}), 0), "is closed");
  loop.reset();
  CHECK_WHAT((call_soon_threadsafe(address, [token] {}), 0), "is closed");
  CHECK_EQ(token.use_count(), 1);
}

struct CountsRuns final : asyncio::Callback {
  int runs = 0;
  void run() override { ++runs; }
};

TEST("a mailbox whose loop is gone stays closed to a loop at its address") {
  std::optional<EventLoop> loop(std::in_place);
  const std::shared_ptr<asyncio::Mailbox> old = asyncio::mailbox_of(*loop);
  loop.emplace();
  CountsRuns late;
  bool taken = true;
  loop->call_soon([&] { taken = old->post(late); });
  run_once(*loop);
  run_once(*loop);
  CHECK(!taken);
  CHECK_EQ(late.runs, 0);
}

struct PostsAsItDies {
  EventLoop& loop;
  bool& refused;
  ~PostsAsItDies() {
    try {
      call_soon_threadsafe(loop, [] {});
    } catch (const std::runtime_error&) {
      refused = true;
    }
  }
};

TEST("a call that the loop did not come to is dropped when it closes") {
  auto token = make_token();
  bool called = false, refused = false;
  EventLoop loop;
  auto posts = std::make_shared<PostsAsItDies>(loop, refused);
  call_soon_threadsafe(
      loop, [token, posts = std::move(posts), &called] { called = true; });
  CHECK_EQ(token.use_count(), 2);
  loop.close();
  CHECK_EQ(token.use_count(), 1);
  CHECK(!called);
  CHECK(refused);
}

TEST("a loop gives its wake-up descriptors back") {
  const int before = test::open_descriptors();
  { EventLoop loop; }
  CHECK_EQ(test::open_descriptors(), before);
}

// Calls until it is refused, and counts.
void call_until_closed(EventLoop& loop, std::atomic<int>& posted,
                       std::shared_ptr<std::atomic<int>> dead) {
  struct CountsItsDeath {
    std::shared_ptr<std::atomic<int>> dead;
    explicit CountsItsDeath(std::shared_ptr<std::atomic<int>> d)
        : dead(std::move(d)) {}
    CountsItsDeath(CountsItsDeath&&) = default;
    ~CountsItsDeath() {
      if (dead) ++*dead;
    }
    void operator()() const {}
  };
  try {
    for (;;) {
      call_soon_threadsafe(loop, CountsItsDeath(dead));
      ++posted;
    }
  } catch (const std::runtime_error&) {
    --*dead;  // the one that was refused
  }
}

TEST("threads that call while a loop closes and dies are refused, in time") {
  for (int round = 0; round < 50; ++round) {
    auto loop = std::make_unique<EventLoop>();
    std::atomic<int> posted{0};
    auto dead = std::make_shared<std::atomic<int>>(0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back(
          [&, address = loop.get()] {
            call_until_closed(*address, posted, dead);
          });
    }
    while (posted < 10) run_once(*loop);
    if (round % 2 == 0) loop->close();
    loop.reset();
    for (std::thread& thread : threads) thread.join();
    CHECK_EQ(*dead, posted.load());  // each was called or dropped
  }
}

}  // namespace
