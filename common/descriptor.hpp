// A Descriptor is the owner of one file descriptor: it closes it when it dies.
// It moves and never copies, because a number that is closed twice may by then
// be somebody else's file.
//
// Not thread-safe: one thread uses a Descriptor at a time.

#pragma once

#include <utility>

namespace asyncio {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}  // takes ownership
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const noexcept { return fd_; }  // -1: owns nothing
  explicit operator bool() const noexcept { return fd_ >= 0; }

  // Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  // Closes what it owns, if anything, and takes `fd`. Errors of close() are
  // not reported: the number is free in any case, and trying again could
  // close a file that another thread opened meanwhile.
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

// Both throw std::system_error ("fcntl 7: Bad file descriptor").
void set_nonblocking(int fd, bool nonblocking = true);
void set_cloexec(int fd);  // a program started by exec does not inherit it

// Two ends of a pipe: what is written to `write` can be read from `read`.
struct Pipe {
  Descriptor read;
  Descriptor write;
};

// Both ends block and are close-on-exec. Throws std::system_error.
Pipe make_pipe();

}  // namespace asyncio
