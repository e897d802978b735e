#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "exercises/expect.hpp"
#include "submit.hpp"

using asyncio::ThreadPool;
using exercise::expect;
using exercise::expect_equal;
using exercise::fail;
using exercise::submit;

namespace {

// future.get(), with words for the future that nobody will ever fill.
template <class T>
T result_of(std::future<T>& future) {
  expect(future.valid(), "submit returns a future that belongs to a job",
         "a future comes from the promise or the task that will fill it");
  try {
    return future.get();
  } catch (const std::future_error& error) {
    fail("the future was never filled: " + std::string(error.what()),
         "does the other end live until the job has run, and does it learn of "
         "what the job returns and throws?");
  }
}

}  // namespace

TEST("the future has what the function returned") {
  ThreadPool pool(2);
  auto sum = submit(pool, [] { return 40 + 2; });
  auto text = submit(pool, [] { return std::string("done"); });
  expect_equal("the result of a job that returns 42", result_of(sum), 42,
               "what fills the future?");
  expect_equal("the result of a job that returns \"done\"", result_of(text),
               "done", "what fills the future?");
}

TEST("the function runs on the pool's thread") {
  std::promise<std::thread::id> pools;  // outlives the pool, and its jobs
  ThreadPool pool(1);
  pool.submit([&] { pools.set_value(std::this_thread::get_id()); });
  auto there = submit(pool, [] { return std::this_thread::get_id(); });
  const std::thread::id came = result_of(there);
  expect(came != std::this_thread::get_id(),
         "the job does not run on the thread that calls submit",
         "who calls the function?");
  expect(came == pools.get_future().get(),
         "the job runs on the pool's only thread",
         "the pool has threads already; do not start another");
}

TEST("submit does not wait for the job") {
  const auto caller = std::this_thread::get_id();
  std::promise<void> returned;
  ThreadPool pool(1);
  // A submit that waits is let go after five seconds.
  auto job = submit(pool, [&] {
    if (std::this_thread::get_id() == caller) return false;
    return returned.get_future().wait_for(std::chrono::seconds(5)) ==
           std::future_status::ready;
  });
  returned.set_value();
  expect(result_of(job), "submit returns while the job still runs",
         "who should wait for the result: submit, or whoever calls get()?");
}

TEST("what the function throws is thrown by get, and not seen by the pool") {
  static std::atomic<int> reported;  // ThreadPool takes a plain function
  reported = 0;
  std::string came = "nothing";
  {
    ThreadPool pool(1, [](const std::exception_ptr&) { ++reported; });
    auto job =
        submit(pool, []() -> int { throw std::runtime_error("no luck"); });
    try {
      result_of(job);
    } catch (const std::runtime_error& error) {
      came = error.what();
    }
  }
  expect_equal("the exception that get() throws", came, "no luck",
               "what a job throws has to reach whoever waits for it");
  expect_equal("the errors that the pool was told of", reported.load(), 0,
               "the job hands its error over, so nothing is left to report");
}

TEST("a job may return nothing") {
  bool ran = false;
  ThreadPool pool(1);
  auto job = submit(pool, [&] { ran = true; });
  result_of(job);
  expect(ran, "the job has run once get() returns",
         "when is the future filled?");
}

TEST("a job and its result may be of types that only move") {
  ThreadPool pool(1);
  auto job = submit(pool, [value = std::make_unique<int>(7)]() mutable {
    return std::move(value);
  });
  expect_equal("the result of a job that owns a unique_ptr", *result_of(job), 7,
               "move, where you copy");
}
