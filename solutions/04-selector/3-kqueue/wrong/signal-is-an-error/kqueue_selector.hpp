// The test says: what select() threw when a signal came: expected ""
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
    for (const int event : {asyncio::EVENT_READ, asyncio::EVENT_WRITE}) {
      const short filter =
          event == asyncio::EVENT_READ ? EVFILT_READ : EVFILT_WRITE;
      if (after & ~before & event) change(fd, filter, EV_ADD);
      if (before & ~after & event) change(fd, filter, EV_DELETE);
    }
  }

  void wait(std::optional<std::chrono::nanoseconds> timeout,
            std::vector<asyncio::SelectorEvent>& ready) override {
    const auto left =
        std::max(timeout.value_or(std::chrono::nanoseconds(0)).count(),
                 std::chrono::nanoseconds::rep(0));
    timespec limit{};
    limit.tv_sec = static_cast<decltype(limit.tv_sec)>(left / 1'000'000'000);
    limit.tv_nsec = static_cast<decltype(limit.tv_nsec)>(left % 1'000'000'000);
    std::vector<struct kevent> events(2 * size() + 1);
    const int found =
        ::kevent(queue_.get(), nullptr, 0, events.data(),
                 static_cast<int>(events.size()), timeout ? &limit : nullptr);
    if (found < 0) asyncio::throw_errno("kevent", "");
    events.resize(static_cast<std::size_t>(std::max(found, 0)));
    std::vector<int> came(keys().size());  // by descriptor
    for (const struct kevent& event : events) {
      came[event.ident] |= event.filter == EVFILT_READ ? asyncio::EVENT_READ
                                                       : asyncio::EVENT_WRITE;
    }
    for (const struct kevent& event : events) {
      const int its_events = std::exchange(came[event.ident], 0);
      report(static_cast<int>(event.ident), its_events, ready);
    }
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
