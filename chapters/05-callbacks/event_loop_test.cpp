// call_soon and its handles; and, for all tests of the loop: what CPython 3.12
// tests of it, and where that is here (a test's name, or its file).
//
// test_base_events.py, BaseEventLoopTests
//   close                              event_loop_run_test
//   _add_callback_handle, _cancelled   the heap's and the queue's own affair:
//                                      timer_heap_test, "a cancelled handle"
//   call_soon                          "call_soon runs callbacks in order"
//   call_soon_non_callable             the compiler says so
//   call_later, time_and_call_at       event_loop_timer_test
//   call_later_negative_delays         event_loop_timer_test
//   check_thread                       event_loop_run_test
//   _run_once                          event_loop_timer_test: a cancelled
//                                      timer does not wake the loop
//   _run_once_schedule_handle          event_loop_timer_test
//   _run_once_cancelled_event_cleanup  event_loop_timer_test: nothing piles up,
//                                      so that there is no clean-up
//   set_debug, env_var_debug           event_loop_run_test
//   set_exc_handler_*, default_exc_*   event_loop_errors_test (no TypeError for
//                                      a handler of another type: the compiler)
//   run_forever_keyboard_interrupt     event_loop_errors_test
//   single_selecter_event_callback_    event_loop_io_test: "an event that came
//     after_stopping                   while the loop stops is not lost"
//   run_once, run_forever_pre_stopped  event_loop_run_test
//   running_loop_within_a_loop         event_loop_run_test
//   default_exc_handler_coro, run_until_complete_*, *_task*
//                                      chapters 09 and 10
//   call_coroutine                     the compiler says so
//   log_slow_callbacks                 chapter 20
//   *_executor*, subprocess_*, create_* and sockets, asyncgen_*, sendfile:
//                                      chapters 14 to 17, or no part of this
// test_events.py
//   call_soon, call_later, reader_callback, writer_callback, close,
//   close_running_event_loop, add_ and remove_fds_after_closing, timeout_
//   rounding, prompt_cancellation (12), HandleTests.handle, callback_with_
//   exception, TimerTests.when, timer  here and in the other four files
//   HandleTests.handle_repr*, weakref, source_traceback; TimerTests.hash,
//   comparison                         a handle has no text, no hash, no order
//   internal_fds                       the loop has none before chapter 16
//   policies, get_event_loop           there is no loop but the running one
// test_selector_events.py
//   add_, remove_reader and _writer, process_events_*
//                                      event_loop_io_test
//   close                              event_loop_run_test
//   read_from_self_*, write_to_self_*  chapter 16
//   transports                         chapter 14

#include "05-callbacks/event_loop.hpp"

#include <memory>
#include <vector>

#include "05-callbacks/loop_test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::Handle;
using test::Log;
using test::make_token;
using test::run_once;

TEST("call_soon runs callbacks in the order of the calls") {
  EventLoop loop;
  Log log;
  for (const char* name : {"a", "b", "c"}) {
    loop.call_soon([&log, name] { log.push_back(name); });
  }
  CHECK_EQ(log, Log{});  // and none of them at once
  run_once(loop);
  CHECK_EQ(log, Log({"a", "b", "c"}));
}

TEST("an iteration runs only the callbacks that were ready when it began") {
  EventLoop loop;
  Log log;
  loop.call_soon([&] {
    log.push_back("a");
    loop.call_soon([&] { log.push_back("c"); });
  });
  loop.call_soon([&] { log.push_back("b"); });
  run_once(loop);
  CHECK_EQ(log, Log({"a", "b"}));
  run_once(loop);
  CHECK_EQ(log, Log({"a", "b", "c"}));
}

TEST("each callback runs once") {
  EventLoop loop;
  int calls = 0;
  loop.call_soon([&] { ++calls; });
  for (int i = 0; i < 3; ++i) run_once(loop);
  CHECK_EQ(calls, 1);
}

TEST("the queue keeps its order while it grows and goes round") {
  EventLoop loop;
  std::vector<int> order;
  int next = 0;
  for (int round = 1; round < 200; ++round) {
    for (int i = 0; i < round; ++i) {
      loop.call_soon([&order, number = next] { order.push_back(number); });
      ++next;
    }
    if (round % 3 != 0) run_once(loop);
  }
  run_once(loop);
  CHECK_EQ(order.size(), static_cast<std::size_t>(next));
  for (int i = 0; i < next; ++i) {
    CHECK_EQ(order[static_cast<std::size_t>(i)], i);
  }
}

TEST("a function that can only be moved may be scheduled") {
  EventLoop loop;
  int seen = 0;
  loop.call_soon([&seen, value = std::make_unique<int>(7)] { seen = *value; });
  run_once(loop);
  CHECK_EQ(seen, 7);
}

TEST("a cancelled handle is not called") {
  EventLoop loop;
  bool called = false;
  Handle handle = loop.call_soon([&] { called = true; });
  CHECK(!handle.cancelled());
  handle.cancel();
  handle.cancel();  // harmless
  CHECK(handle.cancelled());
  run_once(loop);
  CHECK(!called);
}

TEST("a callback may cancel the next one, which is in the queue already") {
  EventLoop loop;
  bool called = false;
  Handle second;
  loop.call_soon([&] { second.cancel(); });
  second = loop.call_soon([&] { called = true; });
  run_once(loop);
  CHECK(!called);
}

TEST("a callback that cancels itself runs to its end, with its captures") {
  EventLoop loop;
  auto token = make_token();
  long uses = 0;
  Handle handle;
  handle = loop.call_soon([&handle, &uses, token] {
    handle.cancel();
    uses = token.use_count();
  });
  run_once(loop);
  CHECK_EQ(uses, 2);
  CHECK_EQ(token.use_count(), 1);
  CHECK(handle.cancelled());
}

TEST("cancel destroys the function at once") {
  EventLoop loop;
  auto token = make_token();
  Handle soon = loop.call_soon([token] {});
  Handle later = loop.call_later(1h, [token] {});
  CHECK_EQ(token.use_count(), 3);
  soon.cancel();
  later.cancel();
  CHECK_EQ(token.use_count(), 1);
}

TEST("a function that has run is destroyed, though its handle lives on") {
  EventLoop loop;
  auto token = make_token();
  Handle handle = loop.call_soon([token] {});
  run_once(loop);
  CHECK_EQ(token.use_count(), 1);
  CHECK(!handle.cancelled());
  handle.cancel();  // harmless, and the answer is asyncio's
  CHECK(handle.cancelled());
}

TEST("a function may own its own handle") {
  auto token = make_token();
  {
    EventLoop loop;
    auto handle = std::make_shared<Handle>();
    *handle = loop.call_soon([handle, token] {});
    run_once(loop);
  }
  CHECK_EQ(token.use_count(), 1);
}

TEST("so may one that the loop drops as it closes") {
  auto token = make_token();
  EventLoop loop;
  auto handle = std::make_shared<Handle>();
  *handle = loop.call_soon([handle, token] {});
  handle.reset();
  loop.close();
  CHECK_EQ(token.use_count(), 1);
}

// Cancels a handle when it dies.
struct CancelsInTheEnd {
  ~CancelsInTheEnd() { handle.cancel(); }
  Handle handle;
};

TEST("what a function has captured may cancel its handle as it dies") {
  EventLoop loop;
  auto token = make_token();
  for (bool cancel : {false, true}) {
    auto captured = std::make_shared<CancelsInTheEnd>();
    Handle handle = loop.call_soon([captured, token] {});
    captured->handle = handle;
    captured.reset();
    if (cancel) handle.cancel();
    run_once(loop);
    CHECK_EQ(token.use_count(), 1);
    CHECK(handle.cancelled());
  }
}

TEST("handles share one callback, and dropping them cancels nothing") {
  EventLoop loop;
  int calls = 0;
  {
    Handle one = loop.call_soon([&] { ++calls; });
    Handle two = one;
    loop.call_soon([&] { ++calls; });
  }
  run_once(loop);
  CHECK_EQ(calls, 2);
  Handle nothing;
  nothing.cancel();
  CHECK(!nothing.cancelled());
}

TEST("a handle may outlive its loop") {
  auto token = make_token();
  Handle soon, later;
  {
    EventLoop loop;
    soon = loop.call_soon([token] {});
    later = loop.call_later(1h, [token] {});
  }
  soon.cancel();
  later.cancel();
  CHECK_EQ(token.use_count(), 1);
}

}  // namespace
