#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "04-selector/selector.hpp"
#include "05-callbacks/handle.hpp"
#include "05-callbacks/ready_queue.hpp"

namespace asyncio {

// An IoWaiter is a callback that waits for one event on a descriptor, once:
// what the socket calls of chapter 10 are built of.
class IoWaiter : public Callback {
 public:
  bool waiting() const noexcept { return fd_ != kNone; }

 protected:
  ~IoWaiter() = default;

 private:
  friend class DescriptorTable;
  static constexpr int kNone = -1;
  static constexpr int kStale = -2;  // its number has a new owner
  int fd_ = kNone;
  int event_ = 0;
};

// A DescriptorTable knows who waits for which descriptor, and keeps the
// selector's registrations in step with it.
//
// Two kinds of users wait. A handler (add_reader, add_writer) stays until it
// is removed. A waiter waits once, and since the next one on the same socket
// is likely to follow, its registration stays in the kernel when it is done;
// it goes with the first event that nobody waits for. That saves two system
// calls for each recv, and is safe because of the generation: a descriptor's
// number may be closed and given to another socket, and the generation tells
// the two apart.
class DescriptorTable {
 public:
  explicit DescriptorTable(std::unique_ptr<Selector> selector);

  Selector& selector() const noexcept { return *selector_; }

  // Calls `handler` whenever `event` comes; replaces, and cancels, the one
  // before. Throws as Selector::register_fd does.
  void set_handler(int fd, int event, Ref<HandleNode> handler);
  bool remove_handler(int fd, int event);

  // Schedules `waiter` once when `event` comes. `generation` is
  // Socket::generation(). Throws std::runtime_error if somebody waits for
  // that event already.
  void wait(IoWaiter& waiter, int fd, std::uint64_t generation, int event);
  void cancel(IoWaiter& waiter) noexcept;

  // Asks the selector, and puts what came at the end of `ready`.
  void poll(std::optional<Duration> timeout, ReadyQueue& ready);

  // Forgets all handlers, and drops all waiters.
  void clear();

  // How many descriptors somebody waits for.
  bool has_users() const noexcept { return users_ > 0; }

 private:
  struct Side {
    Ref<HandleNode> handler;
    IoWaiter* waiter = nullptr;
    bool used() const noexcept { return handler || waiter != nullptr; }
  };
  struct Slot {
    std::uint64_t generation = 0;
    int registered = 0;  // what the selector watches: EVENT_ bits
    Side read, write;
    Side& side(int event) { return event == EVENT_READ ? read : write; }
    int used() const noexcept {
      return (read.used() ? EVENT_READ : 0) | (write.used() ? EVENT_WRITE : 0);
    }
  };

  Slot& slot(int fd);
  void watch(int fd, Slot& slot, int events);
  void renew(int fd, Slot& slot, std::uint64_t generation);
  void deliver(Side& side, ReadyQueue& ready);
  void release_handler(Side& side);

  std::unique_ptr<Selector> selector_;
  std::vector<Slot> slots_;  // by descriptor
  std::vector<SelectorEvent> events_;
  std::vector<IoWaiter*> stale_;  // waited on a number that has a new owner
  std::size_t users_ = 0;
};

}  // namespace asyncio
