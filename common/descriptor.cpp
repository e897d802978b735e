#include "common/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "common/error.hpp"
#include "common/platform.hpp"

namespace asyncio {

void Descriptor::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd);
  if (old < 0) return;
  const int saved = errno;  // closing is often part of reporting an error
  ::close(old);
  errno = saved;
}

namespace {

// Sets or clears `bit` in the flags that the commands `get` and `set` reach.
void change_flag(int fd, int get, int set, int bit, bool on) {
  const int flags = ::fcntl(fd, get);
  if (flags < 0) throw_errno("fcntl", std::to_string(fd));
  const int wanted = on ? flags | bit : flags & ~bit;
  if (wanted != flags && ::fcntl(fd, set, wanted) < 0) {
    throw_errno("fcntl", std::to_string(fd));
  }
}

}  // namespace

void set_nonblocking(int fd, bool nonblocking) {
  change_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, nonblocking);
}

void set_cloexec(int fd) {
  change_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, true);
}

Pipe make_pipe() {
  int ends[2];
#if ASYNCIO_HAS_PIPE2
  // Atomic: no other thread can fork and exec between creation and marking.
  if (::pipe2(ends, O_CLOEXEC) < 0) throw_errno("pipe", "");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
#else
  if (::pipe(ends) < 0) throw_errno("pipe", "");
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  set_cloexec(ends[0]);
  set_cloexec(ends[1]);
  return pipe;
#endif
}

}  // namespace asyncio
