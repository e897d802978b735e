#include "05-callbacks/descriptor_table.hpp"

#include <fcntl.h>

#include <stdexcept>
#include <string>

#include "common/error.hpp"

namespace asyncio {

DescriptorTable::DescriptorTable(std::unique_ptr<Selector> selector)
    : selector_(std::move(selector)) {}

DescriptorTable::Slot& DescriptorTable::slot(int fd) {
  if (fd < 0) throw std::invalid_argument("watch a descriptor: it is closed");
  auto index = static_cast<std::size_t>(fd);
  if (index >= slots_.size()) {
    // A number that is no descriptor must not cost memory before it fails.
    if (::fcntl(fd, F_GETFD) < 0) throw_errno("watch", std::to_string(fd));
    slots_.resize(index + 1);
  }
  return slots_[index];
}

void DescriptorTable::watch(int fd, Slot& slot, int events) {
  if (events == slot.registered) return;
  if (events == 0) {
    selector_->unregister(fd);
  } else if (slot.registered == 0) {
    selector_->register_fd(fd, events);
  } else {
    selector_->modify(fd, events);
  }
  slot.registered = events;
}

// The number has a new owner: what is known of the old one is worth nothing.
// Handlers stay: whoever added one also removes it before the close.
void DescriptorTable::renew(int fd, Slot& slot, std::uint64_t generation) {
  for (int event : {EVENT_READ, EVENT_WRITE}) {
    if (IoWaiter* old = std::exchange(slot.side(event).waiter, nullptr)) {
      // Its socket is closed. It runs soon, and finds that out by itself.
      old->fd_ = IoWaiter::kStale;
      stale_.push_back(old);
      --users_;
    }
  }
  if (slot.used() == 0) watch(fd, slot, 0);
  slot.generation = generation;
}

void DescriptorTable::release_handler(Side& side) {
  if (!side.handler) return;
  Ref<HandleNode> handler = std::move(side.handler);
  side.handler = {};
  --users_;
  handler->cancel();
}

void DescriptorTable::set_handler(int fd, int event, Ref<HandleNode> handler) {
  Slot& s = slot(fd);
  // What a waiter left behind may be of an owner before: begin afresh.
  if (s.used() == 0 && s.registered != 0) watch(fd, s, 0);
  Side& side = s.side(event);
  if (side.waiter) {
    throw std::runtime_error("add a handler to descriptor " +
                             std::to_string(fd) +
                             ": a socket call waits there");
  }
  watch(fd, s, s.registered | event);
  Ref<HandleNode> before = std::exchange(side.handler, std::move(handler));
  if (!before) {
    ++users_;
  } else {
    before->cancel();  // last: what it has captured may call us as it dies
  }
}

bool DescriptorTable::remove_handler(int fd, int event) {
  if (fd < 0 || static_cast<std::size_t>(fd) >= slots_.size()) return false;
  Slot& s = slot(fd);
  Side& side = s.side(event);
  if (!side.handler) return false;
  watch(fd, s, s.registered & ~event);
  release_handler(side);
  return true;
}

void DescriptorTable::wait(IoWaiter& waiter, int fd, std::uint64_t generation,
                           int event) {
  Slot& s = slot(fd);
  if (s.generation != generation) renew(fd, s, generation);
  Side& side = s.side(event);
  if (side.used()) {
    throw std::runtime_error("wait for descriptor " + std::to_string(fd) +
                             ": another call waits for it already");
  }
  watch(fd, s, s.registered | event);
  side.waiter = &waiter;
  waiter.fd_ = fd;
  waiter.event_ = event;
  ++users_;
}

void DescriptorTable::cancel(IoWaiter& waiter) noexcept {
  const int fd = std::exchange(waiter.fd_, IoWaiter::kNone);
  if (fd == IoWaiter::kStale) std::erase(stale_, &waiter);
  if (fd < 0) return;
  slots_[static_cast<std::size_t>(fd)].side(waiter.event_).waiter = nullptr;
  --users_;
}

void DescriptorTable::deliver(Side& side, ReadyQueue& ready) {
  if (side.waiter) {
    side.waiter->fd_ = IoWaiter::kNone;
    ready.push(*std::exchange(side.waiter, nullptr));
    --users_;
  } else if (side.handler) {
    side.handler->retain();  // the queue's share
    ready.push(*side.handler);
  }
}

void DescriptorTable::poll(std::optional<Duration> timeout, ReadyQueue& ready) {
  for (IoWaiter* waiter : stale_) {
    waiter->fd_ = IoWaiter::kNone;
    ready.push(*waiter);
  }
  if (!stale_.empty()) timeout = Duration::zero();
  stale_.clear();
  selector_->select(timeout, events_);
  for (const SelectorEvent& event : events_) {
    Slot& s = slot(event.key.fd);
    // An event that nobody waits for would come again and again.
    if (int idle = event.events & ~s.used()) {
      watch(event.key.fd, s, s.registered & ~idle);
    }
    if (event.events & EVENT_READ) deliver(s.read, ready);
    if (event.events & EVENT_WRITE) deliver(s.write, ready);
  }
}

void DescriptorTable::clear() {
  for (std::size_t fd = 0; fd < slots_.size(); ++fd) {
    Slot& s = slots_[fd];
    for (int event : {EVENT_READ, EVENT_WRITE}) {
      if (IoWaiter* waiter = s.side(event).waiter) {
        cancel(*waiter);
        waiter->drop();
      }
      release_handler(s.side(event));
    }
    watch(static_cast<int>(fd), s, 0);
  }
  for (IoWaiter* waiter : std::exchange(stale_, {})) {
    waiter->fd_ = IoWaiter::kNone;
    waiter->drop();
  }
}

}  // namespace asyncio
