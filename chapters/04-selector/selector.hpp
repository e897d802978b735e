#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace asyncio {

// What to wait for on a descriptor, and what came: a set of these bits.
enum : int { EVENT_READ = 1, EVENT_WRITE = 2 };

// A SelectorKey is one registration: a descriptor, the events that are waited
// for, and a pointer of the caller's, handed back with every event.
struct SelectorKey {
  int fd = -1;
  int events = 0;
  void* data = nullptr;
};

// What select() reports: the registration, and which of its events came.
struct SelectorEvent {
  SelectorKey key;
  int events = 0;
};

// A Selector waits for many descriptors at once. It is Python's
// selectors.BaseSelector: register, modify, unregister, select, and a key a
// descriptor. (`register` is a keyword of C++, so that one is register_fd.)
//
// A hang-up or an error on a descriptor is reported as every event that was
// asked for: the read or write that follows then finds out what happened, as
// in Python. A descriptor must be unregistered before it is closed; one that
// was closed all the same is reported as ready where the kernel still tells
// of it, and may be unregistered at any time.
//
// Ownership: a Selector owns no descriptor but its own. Thread: one.
class Selector {
 public:
  virtual ~Selector() = default;

  // "select", "poll" or "epoll".
  virtual std::string_view name() const = 0;

  // Throws std::invalid_argument if fd is registered, negative or too large
  // for this selector, or events is empty; std::system_error if the kernel
  // refuses.
  void register_fd(int fd, int events, void* data = nullptr);

  // Changes the events or the data of a registration. Throws
  // std::out_of_range if there is none.
  void modify(int fd, int events, void* data = nullptr);

  // Forgets fd; returns its registration. Throws std::out_of_range if there
  // is none. Does not fail if fd was closed meanwhile.
  SelectorKey unregister(int fd);

  // The registration of fd, or nullptr.
  const SelectorKey* get_key(int fd) const;

  // How many descriptors are registered.
  std::size_t size() const { return size_; }

  // Waits until a descriptor is ready, at most `timeout`: without one, for
  // as long as it takes; zero or less, not at all. Waits are rounded up to
  // the kernel's unit, never down, so that a deadline has passed after the
  // wait for it. `ready` is emptied, then filled; it stays empty when the
  // time is over or a signal came (EINTR).
  void select(std::optional<std::chrono::nanoseconds> timeout,
              std::vector<SelectorEvent>& ready);

 protected:
  // What a kernel interface must do. `before` is empty on the first
  // registration, `after` on the last.
  virtual void update(int fd, int before, int after) = 0;
  virtual void wait(std::optional<std::chrono::nanoseconds> timeout,
                    std::vector<SelectorEvent>& ready) = 0;

  // Adds to `ready` what came for fd, as far as it was asked for.
  void report(int fd, int events, std::vector<SelectorEvent>& ready) const;

  // All registrations by descriptor; fd is -1 where there is none.
  const std::vector<SelectorKey>& keys() const { return keys_; }

 private:
  std::vector<SelectorKey> keys_;  // by descriptor; fd is -1 where none is
  std::size_t size_ = 0;
};

// A selector by name. Throws std::invalid_argument for a name this system
// does not have.
std::unique_ptr<Selector> make_selector(std::string_view name);

// Python's DefaultSelector: the best one of this system (epoll on Linux, else
// poll), or the one that the environment variable ASYNCIO_SELECTOR names.
std::unique_ptr<Selector> make_default_selector();

}  // namespace asyncio
