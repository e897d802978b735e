#include "04-selector/kernel_selectors.hpp"

#if ASYNCIO_HAS_EPOLL

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

std::uint32_t to_epoll(int events) {
  const std::uint32_t read = (events & EVENT_READ) ? EPOLLIN : 0u;
  const std::uint32_t write = (events & EVENT_WRITE) ? EPOLLOUT : 0u;
  return read | write;
}

// As in poll_selector.cpp: a hang-up or an error counts as both.
int from_epoll(std::uint32_t events) {
  constexpr std::uint32_t in = EPOLLIN;
  constexpr std::uint32_t out = EPOLLOUT;
  const int read = (events & ~out) ? EVENT_READ : 0;
  const int write = (events & ~in) ? EVENT_WRITE : 0;
  return read | write;
}

// EpollSelector is epoll: the kernel keeps the list of descriptors, and hands
// out only those that are ready. So a wait costs as much as there is to do,
// and not as much as is registered.
class EpollSelector final : public Selector {
 public:
  EpollSelector() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw_errno("epoll_create1", "");
  }

  std::string_view name() const override { return "epoll"; }

 private:
  // The most events taken at once. The rest comes with the next wait: the
  // kernel hands them out in turn.
  static constexpr std::size_t most_events = 1024;

  void update(int fd, int before, int after) override {
    const int change = before == 0  ? EPOLL_CTL_ADD
                       : after == 0 ? EPOLL_CTL_DEL
                                    : EPOLL_CTL_MOD;
    int done = control(change, fd, after);
    // The kernel forgot a descriptor that was closed. If its number is in use
    // again, go on with the new owner, as select and poll do.
    if (done < 0 && errno == ENOENT && after != 0) {
      done = control(EPOLL_CTL_ADD, fd, after);
    }
    // It did not forget one that is open elsewhere, too, and came back to its
    // number by dup2.
    if (done < 0 && errno == EEXIST) {
      done = control(EPOLL_CTL_MOD, fd, after);
    }
    // Nothing to remove is as good as removed.
    if (done < 0 && after != 0) throw_errno("epoll_ctl", std::to_string(fd));
  }

  void wait(std::optional<std::chrono::nanoseconds> timeout,
            std::vector<SelectorEvent>& ready) override {
    const auto wanted = std::clamp<std::size_t>(size(), 1, most_events);
    if (events_.size() < wanted) events_.resize(wanted);
    const int found = ::epoll_wait(epoll_.get(), events_.data(),
                                   static_cast<int>(events_.size()),
                                   timeout_milliseconds(timeout));
    if (found < 0 && errno != EINTR) throw_errno("epoll_wait", "");
    bool unknown = false;
    for (int i = 0; i < found; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      const int fd = static_cast<int>(event.data.u64 & 0xffffffff);
      const bool known = get_key(fd) && event.data.u64 >> 32 == serial(fd);
      if (known) report(fd, from_epoll(event.events), ready);
      if (!known) unknown = true;
    }
    if (unknown) begin_afresh();
  }

  // The kernel watches an open file and not a number. If the number was closed
  // while a copy of it lives on, in a forked child say, the events keep coming
  // and there is no number left to stop them by: only a new epoll forgets.
  void begin_afresh() {
    Descriptor fresh(::epoll_create1(EPOLL_CLOEXEC));
    if (!fresh) throw_errno("epoll_create1", "");
    epoll_ = std::move(fresh);
    for (const SelectorKey& key : keys()) {
      if (key.fd >= 0) control(EPOLL_CTL_ADD, key.fd, key.events);
    }
  }

  int control(int operation, int fd, int events) {
    // Each registration has a serial number, which comes back with its
    // events: so those of an owner before are not taken for the new one's.
    if (operation == EPOLL_CTL_ADD) ++serial(fd);
    epoll_event event{};
    event.events = to_epoll(events);
    event.data.u64 = std::uint64_t{serial(fd)} << 32 |
                     static_cast<std::uint32_t>(fd);
    return ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  std::uint32_t& serial(int fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= serials_.size()) serials_.resize(index + 1);
    return serials_[index];
  }

  Descriptor epoll_;
  std::vector<epoll_event> events_;  // grows, never shrinks
  std::vector<std::uint32_t> serials_;  // by descriptor
};

}  // namespace

std::unique_ptr<Selector> make_epoll_selector() {
  return std::make_unique<EpollSelector>();
}

}  // namespace asyncio

#endif  // ASYNCIO_HAS_EPOLL
