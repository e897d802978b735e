// The future for plain threads. Of CPython's test_concurrent_futures.py,
// FutureTests (its states are made here by calls, not by attributes):
//
// test_done_callback_with_result, _exception, _cancel   "a callback hears"
// test_done_callback_raises                      "a callback that throws"
// test_done_callback_already_successful, _failed, _cancelled,
//   raises_already_succeeded                     "a callback that is too late"
// test_cancel, test_cancelled, test_done, test_running  "the states"
// test_result_with_timeout, exception_with_timeout      "a timeout"
// test_result_with_success, _with_cancel, exception_with_success
//                                                "a thread that waits"
// test_multiple_set_result, _set_exception       "is completed once"
// test_repr, test_done_callback_... order of logs: no repr; nothing is logged

#include "16-threads-and-executors/concurrent_future.hpp"

#include <atomic>
#include <thread>

#include "common/test.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::CancelledError;
using asyncio::ConcurrentFuture;
using asyncio::InvalidStateError;
using asyncio::TimeoutError;

std::exception_ptr an_error() {
  return std::make_exception_ptr(std::runtime_error("broken"));
}

TEST("the states: pending, running, finished; cancelled only from the first") {
  ConcurrentFuture<int> future;
  CHECK(!future.done() && !future.running() && !future.cancelled());
  CHECK(future.set_running_or_notify_cancel());
  CHECK(future.running() && !future.done());
  CHECK(!future.cancel());
  future.set_result(1);
  CHECK(future.done() && !future.running() && !future.cancelled());
  CHECK(!future.cancel());
  ConcurrentFuture<int> other;
  CHECK(other.cancel());
  CHECK(other.cancel());
  CHECK(other.cancelled() && other.done());
  CHECK(!other.set_running_or_notify_cancel());
}

TEST("work begins once") {
  ConcurrentFuture<int> future;
  CHECK(future.set_running_or_notify_cancel());
  CHECK_THROWS(InvalidStateError, future.set_running_or_notify_cancel());
}

TEST("a thread that waits gets the value, the error or the cancellation") {
  ConcurrentFuture<int> value, error, cancelled;
  std::thread thread([&] {
    value.set_result(42);
    error.set_exception(an_error());
    cancelled.cancel();
  });
  CHECK_EQ(value.result(), 42);
  CHECK_WHAT(error.result(), "broken");
  CHECK_THROWS(CancelledError, cancelled.result());
  CHECK_THROWS(CancelledError, cancelled.exception());
  CHECK(value.exception() == nullptr);
  CHECK(error.exception() != nullptr);
  thread.join();
}

TEST("several threads may wait for one future") {
  ConcurrentFuture<int> future;
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&sum, future] { sum += future.result(1h); });
  }
  future.set_result(10);
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(sum.load(), 40);
}

TEST("a timeout ends the wait, not the future") {
  ConcurrentFuture<int> future;
  CHECK_THROWS(TimeoutError, future.result(0s));
  CHECK_THROWS(TimeoutError, future.exception(1ms));
  CHECK(!future.done());
  future.set_result(5);
  CHECK_EQ(future.result(0s), 5);
  CHECK_EQ(future.result(asyncio::Duration::max()), 5);
}

TEST("a future without a value only ends") {
  ConcurrentFuture<> future;
  std::thread thread([future] { future.set_result(); });
  future.result();
  thread.join();
  CHECK(future.done());
}

TEST("a future is completed once") {
  ConcurrentFuture<int> future;
  future.set_result(1);
  CHECK_THROWS(InvalidStateError, future.set_result(2));
  CHECK_THROWS(InvalidStateError, future.set_exception(an_error()));
  CHECK_EQ(future.result(), 1);
  ConcurrentFuture<int> cancelled;
  cancelled.cancel();
  CHECK_THROWS(InvalidStateError, cancelled.set_result(2));
  CHECK_THROWS(std::invalid_argument,
               ConcurrentFuture<int>().set_exception(nullptr));
}

TEST("a result may be what can only be moved") {
  ConcurrentFuture<std::unique_ptr<int>> future;
  future.set_result(std::make_unique<int>(3));
  CHECK_EQ(*future.result(), 3);
}

TEST("a callback hears of the end, once, in the thread that brings it") {
  ConcurrentFuture<int> future;
  std::thread::id heard_in;
  int heard = 0;
  future.add_done_callback([&](const ConcurrentFuture<int>& done) {
    heard += done.result();
    heard_in = std::this_thread::get_id();
  });
  std::thread thread([&] { future.set_result(4); });
  const std::thread::id id = thread.get_id();
  thread.join();
  CHECK_EQ(heard, 4);
  CHECK(heard_in == id);
  int ends = 0;
  ConcurrentFuture<int> error, cancelled;
  error.add_done_callback([&](const auto& done) {
    ends += done.exception() != nullptr;
  });
  cancelled.add_done_callback([&](const auto& done) {
    ends += done.cancelled();
  });
  error.set_exception(an_error());
  cancelled.cancel();
  CHECK_EQ(ends, 2);
}

TEST("a callback that is too late is called at once") {
  ConcurrentFuture<int> future;
  future.set_result(4);
  int heard = 0;
  future.add_done_callback([&](const auto& done) { heard = done.result(); });
  CHECK_EQ(heard, 4);
  future.add_done_callback([](const auto&) { throw std::runtime_error("x"); });
}

TEST("a callback that throws keeps nothing from the next one") {
  ConcurrentFuture<int> future;
  bool heard = false;
  future.add_done_callback([](const auto&) { throw std::runtime_error("x"); });
  future.add_done_callback([&](const auto&) { heard = true; });
  future.set_result(4);
  CHECK(heard);
  CHECK_EQ(future.result(), 4);
}

TEST("callbacks that were never called die with the future") {
  auto token = std::make_shared<int>(0);
  {
    ConcurrentFuture<int> future;
    future.add_done_callback([token](const auto&) {});
    CHECK_EQ(token.use_count(), 2);
  }
  CHECK_EQ(token.use_count(), 1);
}

TEST("of a cancel and a beginning at once, one wins, and both know which") {
  for (int round = 0; round < 300; ++round) {
    ConcurrentFuture<int> future;
    bool cancelled = false;
    std::thread thread([&] { cancelled = future.cancel(); });
    const bool begun = future.set_running_or_notify_cancel();
    thread.join();
    CHECK(begun != cancelled);
  }
}

}  // namespace
