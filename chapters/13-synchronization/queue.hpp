#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "13-synchronization/queue_base.hpp"

namespace asyncio {

// In which order items come out: first in, first out; the last in first; or
// the least first. What CPython's queues override: _init, _put and _get.
template <class T>
class FifoItems {
 public:
  void put(T item) { items_.push_back(std::move(item)); }
  T get() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  void clear() noexcept { items_.clear(); }

 private:
  std::deque<T> items_;
};

template <class T>
class LifoItems {
 public:
  void put(T item) { items_.push_back(std::move(item)); }
  T get() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  void clear() noexcept { items_.clear(); }

 private:
  std::vector<T> items_;
};

template <class T, class Less = std::less<T>>
class LeastItems {
 public:
  void put(T item) {
    items_.push_back(std::move(item));
    std::push_heap(items_.begin(), items_.end(), after);
  }
  T get() {
    std::pop_heap(items_.begin(), items_.end(), after);
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  void clear() noexcept { items_.clear(); }

 private:
  static bool after(const T& a, const T& b) { return Less()(b, a); }
  std::vector<T> items_;
};

template <class Queue>
class QueueGet;
template <class Queue>
class QueuePut;

// A Queue hands items from those who make them to those who use them:
// asyncio.Queue. With a maxsize, who is faster at putting in waits for the
// others.
//
//     Queue<Url> queue(100);
//     co_await queue.put(url);              // waits while it is full
//     Url next = co_await queue.get();      // waits while it is empty
//     queue.task_done();                    // for join()
//
// An item is in the queue until somebody runs that takes it: who waits for
// one holds none, so a cancelled get() loses nothing, and a cancelled put()
// has put nothing in. Those who wait are woken in the order in which they
// came; in between, others may find the item first.
//
// Ownership: it must outlive those who use it; who still waits at one that
// is destroyed can only be cancelled. Thread: the loop's. Errors:
// QueueEmpty, QueueFull; QueueShutDown after shutdown().
template <class T, class Items = FifoItems<T>>
class Queue : public QueueBase {
 public:
  using Item = T;

  explicit Queue(int maxsize = 0) : QueueBase(maxsize) {}

  QueuePut<Queue> put(T item) {
    return QueuePut<Queue>(*this, std::move(item));
  }
  LineAwaitable<T, QueueGet<Queue>, Queue> get() noexcept {
    return LineAwaitable<T, QueueGet<Queue>, Queue>(*this);
  }

  // Without waiting.
  void put_nowait(T item) {
    check_can_put();
    items_.put(std::move(item));
    was_put();
  }
  T get_nowait() {
    check_can_get();
    T item = items_.get();
    was_taken();
    return item;
  }

  // From now on put() throws, and get() too once the queue is empty; or, if
  // `immediate`, at once, and the items that are left are dropped.
  void shutdown(bool immediate = false) {
    if (immediate) items_.clear();
    shut_down(immediate);
  }

 private:
  Items items_;
};

// The last in comes out first: asyncio.LifoQueue.
template <class T>
using LifoQueue = Queue<T, LifoItems<T>>;

// The least comes out first: asyncio.PriorityQueue.
template <class T, class Less = std::less<T>>
using PriorityQueue = Queue<T, LeastItems<T, Less>>;

template <class Queue>
class QueueGet final : public QueueGetWait {
 public:
  explicit QueueGet(Queue& queue) noexcept
      : QueueGetWait(queue), queue_(queue) {}
  typename Queue::Item await_resume() {
    end();
    return queue_.get_nowait();
  }

 private:
  Queue& queue_;
};

// What put() gives: await it, or give it to whatever takes a coroutine.
template <class Queue>
class [[nodiscard]] QueuePut {
 public:
  using Result = void;
  using Item = typename Queue::Item;

  QueuePut(Queue& queue, Item item)
      : queue_(queue), item_(std::move(item)) {}

  class Awaiter final : public QueuePutWait {
   public:
    Awaiter(Queue& queue, Item& item) noexcept
        : QueuePutWait(queue), queue_(queue), item_(item) {}
    void await_resume() {
      end();
      queue_.put_nowait(std::move(item_));
    }

   private:
    Queue& queue_;
    Item& item_;
  };
  Awaiter operator co_await() && noexcept { return Awaiter(queue_, item_); }
  operator Coro<void>() && { return as_coroutine(std::move(*this)); }

 private:
  static Coro<void> as_coroutine(QueuePut put) { co_await std::move(put); }

  Queue& queue_;
  Item item_;
};

}  // namespace asyncio
