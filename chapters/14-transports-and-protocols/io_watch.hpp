// Private to this chapter.

#pragma once

#include <utility>

#include "05-callbacks/event_loop.hpp"
#include "common/ref.hpp"

namespace asyncio {

// An IoWatch calls a function of its owner whenever the owner's socket is
// ready, from start() to stop(): what add_reader does, as a member of what
// is called and so without an allocation. After a stop(), an event that the
// loop has queued already is not delivered. The function runs in the owner's
// context, as it would with add_reader in that of who has added it.
//
// The owner is RefCounted, has loop(), socket() and context(), and stays
// alive while an event may be queued: until the iteration after stop().
template <class Owner, int kEvent, void (Owner::*kReady)()>
class IoWatch final : public IoWaiter {
 public:
  explicit IoWatch(Owner& owner) noexcept : owner_(owner) {}

  bool on() const noexcept { return on_; }

  // Both harmless when called twice. start() throws what wait_io() throws.
  void start() {
    if (on_) return;
    wait();
    on_ = true;
  }
  void stop() noexcept {
    if (!std::exchange(on_, false)) return;
    if (waiting()) {
      owner_.loop().cancel_io(*this);
    } else {
      skip_ = true;  // it is in the queue
    }
  }

 private:
  void run() override {
    if (std::exchange(skip_, false)) return;
    Ref<Owner> keep(&owner_);
    ContextScope scope(owner_.context());
    wait();  // first, so that it goes on even if Ctrl-C leaves the function
    (owner_.*kReady)();
  }
  std::string describe() const override { return owner_.describe(); }
  void wait() {
    owner_.loop().wait_io(*this, owner_.socket().fd(),
                          owner_.socket().generation(), kEvent);
  }

  Owner& owner_;
  bool on_ = false;
  bool skip_ = false;
};

}  // namespace asyncio
