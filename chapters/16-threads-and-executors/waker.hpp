#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "common/descriptor.hpp"

namespace asyncio {

// A Mailbox is where other threads leave callbacks for a loop: a queue behind
// a mutex, and a descriptor that the loop watches with its selector. Whoever
// puts something into an empty queue writes to the descriptor, so that a
// burst of a million callbacks costs one write and cannot fill a pipe.
// CPython's self-pipe (_make_self_pipe, _write_to_self).
//
// Ownership: shared by the loop and all who may post. So it outlives the
// loop: a thread that comes too late finds it closed. Thread: any.
class Mailbox {
 public:
  // Throws std::system_error when there are no descriptors left.
  explicit Mailbox(EventLoop& loop);

  // Has the loop run `callback`, in the order of the calls. False, and
  // nothing happens, once the loop is closed. On success the callback is the
  // loop's: see Callback.
  bool post(Callback& callback);

  // ---- For the loop's thread.

  // Takes what is in the queue, and schedules it.
  void deliver();
  // Nothing can be posted any more; what is in the queue is dropped.
  void close() noexcept;
  int fd() const noexcept { return read_.get(); }
  void drain() noexcept;  // makes fd() unreadable

 private:
  bool closed();
  void wake() noexcept;

  EventLoop* const loop_;  // never followed from another thread
  Descriptor read_;
  Descriptor write_;  // none where one descriptor serves both
  std::mutex mutex_;  // guards what follows
  std::vector<Callback*> queue_;
  std::vector<Callback*> taken_;  // the loop's; keeps its memory
  bool closed_ = false;
};

// An Arrival is something that a loop expects from another thread. It is
// posted to the loop's mailbox at most once at a time, and the loop's Waker
// knows all that are expected, so that none is left behind at the end.
class Arrival : public Callback {
 public:
  // The loop closes, and it will not come: lets go of what it holds. It is
  // not expected any more.
  virtual void abandon() noexcept = 0;

 protected:
  ~Arrival() = default;

 private:
  friend class Waker;
  Arrival* previous_ = nullptr;
  Arrival* next_ = nullptr;
};

// A Waker is the loop's side of its mailbox. A service that each loop has
// from its birth. Thread: the loop's.
class Waker {
 public:
  explicit Waker(EventLoop& loop);
  Waker(const Waker&) = delete;
  ~Waker();

  const std::shared_ptr<Mailbox>& mailbox() const noexcept {
    return mailbox_;
  }
  void expect(Arrival& arrival) noexcept;
  void forget(Arrival& arrival) noexcept;

 private:
  class Reader;
  void close() noexcept;

  EventLoop& loop_;
  std::shared_ptr<Mailbox> mailbox_;
  Arrival* first_ = nullptr;
};

// The mailbox of `loop`; null if that loop is destroyed: it is only looked
// up, so that a late thread may ask. Any thread.
std::shared_ptr<Mailbox> mailbox_of(const EventLoop& loop);

// Gives `node` away. Throws std::runtime_error if there is no one to take it.
void post_or_throw(Mailbox* mailbox, HandleNode* node);

// Calls `function()` in the thread of `loop`, and wakes the loop if it waits.
// loop.call_soon_threadsafe(). Calls are run in their order; the function
// runs in a copy of the caller's context. Any thread may call this, the
// loop's own too; a signal handler may not, for it takes a lock.
//
// Throws std::runtime_error when the loop is closed, or even destroyed. If
// the loop is closed later, before it came to the call, the function is
// destroyed in the loop's thread, and never called. There is no handle: it
// could only be used in the loop's thread.
template <class F>
void call_soon_threadsafe(EventLoop& loop, F function) {
  post_or_throw(mailbox_of(loop).get(),
                new FunctionNode<F>(loop, "call_soon_threadsafe",
                                    std::move(function)));
}

}  // namespace asyncio
