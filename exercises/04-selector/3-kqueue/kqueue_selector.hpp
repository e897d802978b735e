#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "04-selector/selector.hpp"
#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "kevent.hpp"

namespace exercise {

// A KqueueSelector is the Selector of macOS and the BSDs. It owns its kqueue.
class KqueueSelector final : public asyncio::Selector {
 public:
  KqueueSelector() : queue_(::kqueue()) {
    if (!queue_) asyncio::throw_errno("kqueue", "");
  }
  std::string_view name() const override { return "kqueue"; }

 private:
  // `before` and `after` are sets of EVENT_READ and EVENT_WRITE.
  void update(int fd, int before, int after) override {
    // TODO: add the filters that are new, and delete those that are not wanted
    // any more.
    (void)fd;
    (void)before;
    (void)after;
  }

  void wait(std::optional<std::chrono::nanoseconds> timeout,
            std::vector<asyncio::SelectorEvent>& ready) override {
    // TODO: wait for events, and report() each descriptor once.
    (void)timeout;
    (void)ready;
  }

  // Adds or deletes one filter. To delete what is not there is no error: its
  // descriptor may have been closed, and the kernel has forgotten it then.
  void change(int fd, short filter, unsigned short flags) {
    struct kevent event;
    EV_SET(&event, static_cast<std::uintptr_t>(fd), filter, flags, 0, 0,
           nullptr);
    const int done = ::kevent(queue_.get(), &event, 1, nullptr, 0, nullptr);
    if (done < 0 && (flags & EV_ADD)) {
      asyncio::throw_errno("kevent", std::to_string(fd));
    }
  }

  asyncio::Descriptor queue_;
};

}  // namespace exercise
