#pragma once

#include <cstddef>
#include <stdexcept>

#include "13-synchronization/event.hpp"

namespace asyncio {

// get_nowait() found nothing.
class QueueEmpty : public std::runtime_error {
 public:
  QueueEmpty() : std::runtime_error("the queue is empty") {}
};

// put_nowait() found no room.
class QueueFull : public std::runtime_error {
 public:
  QueueFull() : std::runtime_error("the queue is full") {}
};

// The queue was shut down: nothing more goes in, or comes out.
class QueueShutDown : public std::runtime_error {
 public:
  QueueShutDown() : std::runtime_error("the queue was shut down") {}
};

// A QueueBase is a queue without its items: how many there are, who waits for
// one, who waits for room, and how much work is not done yet. It follows
// Queue in CPython's queues.py, with shutdown() of 3.13.
//
// Thread: the loop's.
class QueueBase {
 public:
  // Zero or less: as many as there is memory for.
  int maxsize() const noexcept { return maxsize_; }
  std::size_t qsize() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ >= room_; }

  // An item that came out has been dealt with. Throws std::invalid_argument
  // if that is said more often than items were put in.
  void task_done();

  // Until all items that were put in have been dealt with.
  Event::Wait join() noexcept { return finished_.wait(); }

 protected:
  explicit QueueBase(int maxsize);

  void check_can_put() const {
    if (shut_down_ || full()) [[unlikely]] throw_cannot_put();
  }
  void check_can_get() const {
    if (empty()) [[unlikely]] throw_cannot_get();
  }
  // An item went in; one came out. Each wakes one of those who wait for it.
  void was_put() {
    ++size_;
    ++unfinished_;
    finished_.clear();
    getters_.wake_next();
  }
  void was_taken() {
    --size_;
    putters_.wake_next();
  }
  // Without the items that are left, if `immediate`.
  void shut_down(bool immediate);

 private:
  friend class QueueGetWait;
  friend class QueuePutWait;

  [[noreturn]] void throw_cannot_put() const;
  [[noreturn]] void throw_cannot_get() const;

  const int maxsize_;
  const std::size_t room_;
  std::size_t size_ = 0;
  std::size_t unfinished_ = 0;
  bool shut_down_ = false;
  Event finished_;
  WaitLine getters_{"Queue"};
  WaitLine putters_{"Queue"};
};

// A QueueWait is how a coroutine waits at a queue. Who is woken is promised
// nothing: when it has its turn, somebody else may have been faster. Then it
// goes to the end of the line, without bothering its coroutine: so the loop
// runs this, and this runs the task.
class QueueWait : public Waiter, private Callback {
 public:
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    begin(handle, this);
  }

 protected:
  explicit QueueWait(WaitLine& line) noexcept : Waiter(line), line_(line) {}
  ~QueueWait() = default;

  // There is an item, or room; or there never will be.
  virtual bool is_over() const noexcept = 0;

  // From await_resume: after it the queue was asked, and said yes.
  void end() {
    if (waited()) finish();
  }
  void pass_on();

 private:
  void run() final;
  std::string describe() const final { return driver().describe(); }
  void finish();

  WaitLine& line_;
};

class QueueGetWait : public QueueWait {
 public:
  bool await_ready() const noexcept { return is_over(); }

 protected:
  explicit QueueGetWait(QueueBase& queue) noexcept
      : QueueWait(queue.getters_), queue_(queue) {}
  ~QueueGetWait() {
    if (has_unused_turn()) pass_on();
  }

 private:
  bool is_over() const noexcept final {
    return !queue_.empty() || queue_.shut_down_;
  }
  const QueueBase& queue_;
};

class QueuePutWait : public QueueWait {
 public:
  bool await_ready() const noexcept { return is_over(); }

 protected:
  explicit QueuePutWait(QueueBase& queue) noexcept
      : QueueWait(queue.putters_), queue_(queue) {}
  ~QueuePutWait() {
    if (has_unused_turn()) pass_on();
  }

 private:
  bool is_over() const noexcept final {
    return !queue_.full() || queue_.shut_down_;
  }
  const QueueBase& queue_;
};

}  // namespace asyncio
