#include <poll.h>

#include <cerrno>

#include "04-selector/kernel_selectors.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

short to_poll(int events) {
  const int read = (events & EVENT_READ) ? POLLIN : 0;
  const int write = (events & EVENT_WRITE) ? POLLOUT : 0;
  return static_cast<short>(read | write);
}

// Whatever is not POLLIN or POLLOUT alone is a hang-up, an error or a closed
// descriptor (POLLNVAL), and counts as both.
int from_poll(short events) {
  const int read = (events & ~POLLOUT) ? EVENT_READ : 0;
  const int write = (events & ~POLLIN) ? EVENT_WRITE : 0;
  return read | write;
}

// PollSelector is poll(): an array with an entry a descriptor, without gaps,
// which the kernel reads and fills in on every call. index_ finds the entry.
class PollSelector final : public Selector {
 public:
  std::string_view name() const override { return "poll"; }

 private:
  void update(int fd, int before, int after) override {
    if (before == 0) {
      add(fd, after);
    } else if (after == 0) {
      remove(fd);
    } else {
      entries_[index_[static_cast<std::size_t>(fd)]].events = to_poll(after);
    }
  }

  void wait(std::optional<std::chrono::nanoseconds> timeout,
            std::vector<SelectorEvent>& ready) override {
    int found = ::poll(entries_.data(), static_cast<nfds_t>(entries_.size()),
                       timeout_milliseconds(timeout));
    if (found < 0 && errno != EINTR) throw_errno("poll", "");
    for (std::size_t i = 0; found > 0 && i < entries_.size(); ++i) {
      if (entries_[i].revents == 0) continue;
      report(entries_[i].fd, from_poll(entries_[i].revents), ready);
      --found;
    }
  }

  void add(int fd, int events) {
    check_open(fd);
    const auto number = static_cast<std::size_t>(fd);
    if (number >= index_.size()) index_.resize(number + 1);
    index_[number] = entries_.size();
    entries_.push_back({fd, to_poll(events), 0});
  }

  // The last entry fills the gap: nothing else moves.
  void remove(int fd) {
    const std::size_t gap = index_[static_cast<std::size_t>(fd)];
    entries_[gap] = entries_.back();
    index_[static_cast<std::size_t>(entries_[gap].fd)] = gap;
    entries_.pop_back();
  }

  std::vector<pollfd> entries_;
  std::vector<std::size_t> index_;  // by descriptor, where it is registered
};

}  // namespace

std::unique_ptr<Selector> make_poll_selector() {
  return std::make_unique<PollSelector>();
}

}  // namespace asyncio
