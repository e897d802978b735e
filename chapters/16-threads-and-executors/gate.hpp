// A gate at which threads wait until a test opens it: so that no test has to
// sleep, or to guess how far a thread has come.
//
// Not part of the library: for programs and tests.

#pragma once

#include <condition_variable>
#include <mutex>

namespace test {

class ThreadGate {
 public:
  // Who has left wait() had the mutex before: the gate may go.
  ~ThreadGate() { const std::lock_guard lock(mutex_); }

  // In the threads.
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiters_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }

  // In the test.
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_waiters(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiters_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiters_ = 0;
  bool open_ = false;
};

}  // namespace test
