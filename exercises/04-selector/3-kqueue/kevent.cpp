#include "kevent.hpp"

#if !__has_include(<sys/event.h>)

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>
#include <vector>

namespace {

struct Queue {
  std::vector<struct kevent> filters;
  std::size_t first = 0;  // whose turn it is when not all events have room
};

std::map<int, Queue>& queues() {
  static std::map<int, Queue> all;  // by descriptor
  return all;
}

int refuse(int code) {
  errno = code;
  return -1;
}

int apply(Queue& queue, const struct kevent& change) {
  const int fd = static_cast<int>(change.ident);
  const auto found = std::find_if(
      queue.filters.begin(), queue.filters.end(), [&](const auto& filter) {
        return filter.ident == change.ident && filter.filter == change.filter;
      });
  if (change.filter != EVFILT_READ && change.filter != EVFILT_WRITE) {
    return refuse(EINVAL);
  }
  if (::fcntl(fd, F_GETFD) < 0) return refuse(EBADF);
  if (change.flags & EV_DELETE) {
    if (found == queue.filters.end()) return refuse(ENOENT);
    queue.filters.erase(found);
  } else if (found != queue.filters.end()) {
    *found = change;
  } else if (change.flags & EV_ADD) {
    queue.filters.push_back(change);
  } else {
    return refuse(ENOENT);
  }
  return 0;
}

// Rounded up. -1: no limit.
int milliseconds(const struct timespec* timeout) {
  if (!timeout) return -1;
  const long long longest = 1'000'000;
  const long long seconds = std::min<long long>(timeout->tv_sec, longest);
  return static_cast<int>(seconds * 1000 +
                          (timeout->tv_nsec + 999'999) / 1'000'000);
}

int wait(Queue& queue, struct kevent* events, int room, int limit) {
  std::vector<pollfd> entries;
  for (const struct kevent& filter : queue.filters) {
    const short wanted = filter.filter == EVFILT_READ ? POLLIN : POLLOUT;
    entries.push_back({static_cast<int>(filter.ident), wanted, 0});
  }
  int found =
      ::poll(entries.data(), static_cast<nfds_t>(entries.size()), limit);
  if (found < 0) return -1;
  found = 0;
  const std::size_t count = entries.size();
  for (std::size_t i = 0; i < count && found < room; ++i) {
    const std::size_t place = (queue.first + i) % count;
    const short came = entries[place].revents;
    if (came == 0 || (came & POLLNVAL)) continue;
    events[found] = queue.filters[place];
    events[found].flags = 0;
    if (came & POLLHUP) events[found].flags = EV_EOF;
    ++found;
    if (found == room) queue.first = place + 1;
  }
  std::erase_if(queue.filters, [](const struct kevent& filter) {
    return ::fcntl(static_cast<int>(filter.ident), F_GETFD) < 0;
  });
  return found;
}

}  // namespace

int kqueue() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) queues()[fd] = Queue();
  return fd;
}

int kevent(int queue, const struct kevent* changes, int how_many,
           struct kevent* events, int room, const struct timespec* timeout) {
  const auto its = queues().find(queue);
  if (its == queues().end()) return refuse(EBADF);
  if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
                  timeout->tv_nsec >= 1'000'000'000)) {
    return refuse(EINVAL);
  }
  for (int i = 0; i < how_many; ++i) {
    if (apply(its->second, changes[i]) < 0) return -1;
  }
  if (room <= 0) return 0;
  return wait(its->second, events, room, milliseconds(timeout));
}

#endif
