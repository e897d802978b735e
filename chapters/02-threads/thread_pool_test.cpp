#include "02-threads/thread_pool.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/error.hpp"
#include "common/test.hpp"

namespace {

using asyncio::ThreadPool;
using Pending = ThreadPool::Pending;

// Opens once: threads wait() in front of it until then. Declare it before the
// pool, whose threads may use it until the pool has gone.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Waits until the pool's threads have nothing to do. No verdict hangs on how
// long that takes.
void wait_idle(const ThreadPool& pool) {
  while (pool.pending() > 0 || pool.idle() < pool.threads()) {
    std::this_thread::yield();
  }
}

std::atomic<int> errors = 0;
std::string last_error;

void count_error(const std::exception_ptr& error) {
  last_error = asyncio::describe(error);
  ++errors;
}

TEST("every job runs once") {
  std::vector<std::atomic<int>> runs(1000);
  {
    ThreadPool pool(4);
    for (auto& count : runs) pool.submit([&count] { ++count; });
  }
  for (const auto& count : runs) CHECK_EQ(count.load(), 1);
}

TEST("jobs run on other threads, side by side") {
  Gate gate;
  std::atomic<int> waiting = 0;
  std::atomic<bool> elsewhere = false;
  const std::thread::id here = std::this_thread::get_id();
  ThreadPool pool(3);
  for (int i = 0; i < 3; ++i) {
    pool.submit([&] {
      ++waiting;
      elsewhere = std::this_thread::get_id() != here;
      gate.wait();
    });
  }
  while (waiting < 3) std::this_thread::yield();  // all are inside at once
  gate.open();
  pool.shutdown();
  CHECK(elsewhere);
}

TEST("one thread runs jobs in the order in which they came") {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) {
      pool.submit([&order, i] { order.push_back(i); });
    }
  }
  CHECK_EQ(order.size(), 100);
  for (int i = 0; i < 100; ++i) CHECK_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST("no thread starts before there is a job") {
  ThreadPool pool(8);
  CHECK_EQ(pool.threads(), 0);
}

TEST("an idle thread gets the next job; another starts when none is idle") {
  Gate gate;
  ThreadPool pool(8);
  for (int i = 0; i < 5; ++i) {
    pool.submit([] {});
    wait_idle(pool);
    CHECK_EQ(pool.threads(), 1);
  }
  for (int i = 0; i < 3; ++i) pool.submit([&] { gate.wait(); });
  CHECK_EQ(pool.threads(), 3);
  gate.open();
}

TEST("there are never more threads than allowed; further jobs wait") {
  Gate gate;
  ThreadPool pool(2);
  for (int i = 0; i < 10; ++i) pool.submit([&] { gate.wait(); });
  CHECK_EQ(pool.threads(), 2);
  CHECK(pool.pending() >= 8);
  gate.open();
  pool.shutdown();
  CHECK_EQ(pool.pending(), 0);
  CHECK_EQ(pool.threads(), 0);
}

TEST("shutdown waits for the jobs that were submitted before it") {
  std::atomic<int> done = 0;
  ThreadPool pool(2);
  for (int i = 0; i < 50; ++i) pool.submit([&] { ++done; });
  pool.shutdown();
  CHECK_EQ(done.load(), 50);
}

TEST("shutdown may drop the jobs that have not begun, and destroys them") {
  Gate gate;
  std::atomic<int> done = 0;
  auto resource = std::make_shared<int>(1);
  Gate begun;
  ThreadPool pool(1);
  pool.submit([&] {
    begun.open();
    gate.wait();
    ++done;
  });
  for (int i = 0; i < 5; ++i) pool.submit([&, resource] { ++done; });
  begun.wait();
  pool.close(Pending::drop);
  CHECK_EQ(resource.use_count(), 1);
  gate.open();
  pool.shutdown();
  CHECK_EQ(done.load(), 1);
}

TEST("a pool without a thread is refused: its jobs would wait for ever") {
  CHECK_WHAT(ThreadPool(0), "max_threads must be greater than 0");
}

TEST("a job after shutdown is refused") {
  ThreadPool pool(1);
  pool.shutdown();
  CHECK_WHAT(pool.submit([] {}), "submit after shutdown");
  pool.shutdown();  // and a second shutdown does nothing
}

TEST("several threads may shut a pool down, and each waits for its end") {
  std::atomic<int> done = 0;
  int seen = 0;
  ThreadPool pool(4);
  for (int i = 0; i < 20; ++i) pool.submit([&] { ++done; });
  std::thread other([&] {
    pool.shutdown();
    seen = done;
  });
  pool.shutdown();
  CHECK_EQ(done.load(), 20);
  other.join();
  CHECK_EQ(seen, 20);
}

TEST("a job may submit another") {
  int result = 0;
  Gate submitted;
  ThreadPool pool(1);
  pool.submit([&] {
    pool.submit([&] { result = 42; });
    submitted.open();
  });
  submitted.wait();
  pool.shutdown();
  CHECK_EQ(result, 42);
}

TEST("a job may be a callable that cannot be copied") {
  int result = 0;
  {
    ThreadPool pool(1);
    pool.submit(
        [&result, seven = std::make_unique<int>(7)] { result = *seven; });
  }
  CHECK_EQ(result, 7);
}

TEST("a job is destroyed on its thread, before the next one runs") {
  auto resource = std::make_shared<int>(1);
  long seen = 0;
  {
    ThreadPool pool(1);
    pool.submit([resource] {});
    pool.submit([&] { seen = resource.use_count(); });
  }
  CHECK_EQ(seen, 1);
}

TEST("an exception of a job goes to the handler, and the thread lives on") {
  errors = 0;
  int threads = 0;
  ThreadPool pool(1, count_error);
  pool.submit([] { throw std::runtime_error("no such page"); });
  pool.submit([] { throw 1; });
  pool.submit([&] { threads = static_cast<int>(pool.threads()); });
  pool.shutdown();
  CHECK_EQ(errors.load(), 2);
  CHECK_EQ(last_error, "unknown exception");
  CHECK_EQ(threads, 1);
}

TEST("a new pool has as many threads as Python's at most") {
  CHECK(ThreadPool::default_threads() >= 4);
  CHECK(ThreadPool::default_threads() <= 32);
}

}  // namespace
