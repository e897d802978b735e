// A Mutex and a Condition work as std::mutex and std::condition_variable do,
// and tell a test who sleeps. A Condition wakes nobody by chance, unless the
// test calls wake_by_chance(); and notify_one() outside of the mutex lets the
// sleeper run before it returns, which real threads do now and then.
//
// Any thread may call them. At most one thread waits on a Condition.

#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace exercise {

class Mutex {
 public:
  void lock() {
    mutex_.lock();
    owner_ = std::this_thread::get_id();
  }
  void unlock() {
    owner_ = std::thread::id();
    mutex_.unlock();
  }
  bool is_mine() const { return owner_ == std::this_thread::get_id(); }

 private:
  std::mutex mutex_;
  std::atomic<std::thread::id> owner_{};
};

// What wait() throws when the test gives up.
struct NobodyWokeIt {};

class Condition {
 public:
  void wait(std::unique_lock<Mutex>& lock) {
    std::unique_lock inner(state_);
    of_ = lock.mutex();
    asleep_ = true;
    notified_ = false;
    changed_.notify_all();
    lock.unlock();
    changed_.wait(inner, [&] { return notified_ || given_up_; });
    asleep_ = false;
    inner.unlock();
    lock.lock();
    if (given_up_) throw NobodyWokeIt();
  }

  template <class Predicate>
  void wait(std::unique_lock<Mutex>& lock, Predicate predicate) {
    while (!predicate()) wait(lock);
  }

  void notify_one() {
    std::unique_lock inner(state_);
    if (!asleep_) return;  // told nobody: it is gone
    notified_ = true;
    changed_.notify_all();
    if (!of_->is_mine()) settle(inner);
  }
  void notify_all() { notify_one(); }

  // ---- For the test.

  // The thread that waits has ended what it does here.
  void left() {
    const std::lock_guard inner(state_);
    left_ = true;
    changed_.notify_all();
  }

  // Returns once the other thread sleeps and nobody has called it, or has
  // left. True if it sleeps.
  bool sleeps() {
    std::unique_lock inner(state_);
    settle(inner);
    return !left_;
  }

  void wake_by_chance() { notify_one(); }

  void give_up() {
    const std::lock_guard inner(state_);
    given_up_ = true;
    changed_.notify_all();
  }

 private:
  void settle(std::unique_lock<std::mutex>& inner) {
    changed_.wait(inner, [&] { return left_ || (asleep_ && !notified_); });
  }

  std::mutex state_;  // guards all that follows; taken after the Mutex
  std::condition_variable changed_;
  Mutex* of_ = nullptr;
  bool asleep_ = false;
  bool notified_ = false;  // since it fell asleep
  std::atomic<bool> given_up_ = false;
  bool left_ = false;
};

}  // namespace exercise
