// The test says: that it sleeps on, came "pop found no letter"
#pragma once

#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "condition.hpp"

namespace exercise {

// A Mailbox takes letters from one thread to another, first in, first out. Any
// thread may call it. `arrived` is what pop() sleeps on.
class Mailbox {
 public:
  explicit Mailbox(Condition& arrived) : arrived_(arrived) {}

  void push(std::string letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
    arrived_.notify_one();
  }

  // The oldest letter; waits for one.
  std::string pop() {
    std::unique_lock lock(mutex_);
    if (letters_.empty()) arrived_.wait(lock);
    return take();
  }

 private:
  // REQUIRES: the mutex is held.
  std::string take() {
    if (letters_.empty()) throw std::logic_error("pop found no letter");
    std::string letter = std::move(letters_.front());
    letters_.pop_front();
    return letter;
  }

  Mutex mutex_;
  Condition& arrived_;
  std::deque<std::string> letters_;
};

}  // namespace exercise
