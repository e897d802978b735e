#include <fcntl.h>
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>

#include "04-selector/kernel_selectors.hpp"
#include "common/error.hpp"

namespace asyncio {

namespace {

using Timeout = std::optional<std::chrono::nanoseconds>;

// select() counts in microseconds. A hundred million seconds are all that
// some systems take.
timeval to_timeval(std::chrono::nanoseconds timeout) {
  using namespace std::chrono;
  const microseconds whole =
      std::min<microseconds>(ceil<microseconds>(timeout), seconds(100'000'000));
  timeval result{};
  result.tv_sec = static_cast<time_t>(whole.count() / 1'000'000);
  result.tv_usec = static_cast<suseconds_t>(whole.count() % 1'000'000);
  return result;
}

// SelectSelector is select(): two sets of bits in, two sets of bits out, a bit
// a descriptor. A bit for number FD_SETSIZE would lie behind the end of the
// set, so there it ends, however many descriptors the process may open.
class SelectSelector final : public Selector {
 public:
  SelectSelector() {
    FD_ZERO(&asked_.read);
    FD_ZERO(&asked_.write);
  }

  std::string_view name() const override { return "select"; }

 private:
  struct Sets {
    fd_set read;
    fd_set write;
  };

  void update(int fd, int before, int after) override {
    if (before == 0) check_fits(fd);
    set(fd, asked_.read, (after & EVENT_READ) != 0);
    set(fd, asked_.write, (after & EVENT_WRITE) != 0);
    if (fd > highest_) highest_ = fd;
    while (highest_ >= 0 && !asked_for(highest_)) --highest_;
  }

  void wait(Timeout timeout, std::vector<SelectorEvent>& ready) override {
    Sets sets = asked_;  // select() overwrites what it is given
    int found = ask(sets, timeout);
    if (found < 0 && errno == EBADF) {
      sets = asked_;
      report_closed(sets, ready);  // and ask once more, for the others
      found = ask(sets, std::chrono::nanoseconds(0));
    }
    if (found < 0 && errno != EINTR) throw_errno("select", "");
    if (found > 0) report_set(sets, ready);
  }

  static void check_fits(int fd) {
    if (fd >= FD_SETSIZE) {
      throw std::invalid_argument(
          "register " + std::to_string(fd) + ": select takes descriptors " +
          "below " + std::to_string(FD_SETSIZE) + " only (FD_SETSIZE)");
    }
    check_open(fd);
  }

  static void set(int fd, fd_set& bits, bool on) {
    if (on) {
      FD_SET(fd, &bits);
    } else {
      FD_CLR(fd, &bits);
    }
  }

  bool asked_for(int fd) const {
    return FD_ISSET(fd, &asked_.read) || FD_ISSET(fd, &asked_.write);
  }

  int ask(Sets& sets, Timeout timeout) const {
    timeval time{};
    if (timeout) time = to_timeval(*timeout);
    return ::select(highest_ + 1, &sets.read, &sets.write, nullptr,
                    timeout ? &time : nullptr);
  }

  // One closed descriptor spoils the whole call, and select() does not say
  // which: ask about each. The owner learns it from the read that follows.
  void report_closed(Sets& sets, std::vector<SelectorEvent>& ready) const {
    for (int fd = 0; fd <= highest_; ++fd) {
      if (!asked_for(fd) || ::fcntl(fd, F_GETFD) >= 0) continue;
      FD_CLR(fd, &sets.read);
      FD_CLR(fd, &sets.write);
      report(fd, EVENT_READ | EVENT_WRITE, ready);
    }
  }

  void report_set(const Sets& sets, std::vector<SelectorEvent>& ready) const {
    for (int fd = 0; fd <= highest_; ++fd) {
      const int read = FD_ISSET(fd, &sets.read) ? EVENT_READ : 0;
      const int write = FD_ISSET(fd, &sets.write) ? EVENT_WRITE : 0;
      if (read | write) report(fd, read | write, ready);
    }
  }

  Sets asked_;
  int highest_ = -1;
};

}  // namespace

std::unique_ptr<Selector> make_select_selector() {
  return std::make_unique<SelectSelector>();
}

}  // namespace asyncio
