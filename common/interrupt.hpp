// An Interrupt is Ctrl-C as an event instead of an end: while one exists,
// SIGINT sets a flag, makes a descriptor readable, and cuts a blocking call
// short. A program can then stop in its own time and still print its report.
//
// A handler may run between any two instructions, so it does only what POSIX
// calls async-signal-safe: it stores to a lock-free atomic and writes one byte
// to a pipe (the self-pipe trick, as Python's signal.set_wakeup_fd). It is
// installed without SA_RESTART, so that a call which blocks fails with EINTR,
// as PEP 475 needs.
//
// A second SIGINT, while nobody has cleared the first, ends the program as if
// there were no handler: whoever presses Ctrl-C twice is heard.
//
// The kernel interrupts one thread, mostly the main one; the other threads see
// the flag at their next blocking call. A signal that falls between a look at
// the flag and the system call is seen when that call ends: give blocking
// sockets a timeout.

#pragma once

struct sigaction;

namespace asyncio {

// What a blocking call throws when Ctrl-C cut it short. Not a std::exception,
// so a handler for errors does not swallow it; KeyboardInterrupt is, for the
// same reason, no Exception in Python.
class Interrupted {};

// REQUIRES: at most one exists at a time. Make it before starting threads.
class Interrupt {
 public:
  Interrupt();   // installs the handler; throws std::system_error
  // Restores the old one, unless another has taken this one's place since,
  // and clears the flag.
  ~Interrupt();

  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Readable from the first SIGINT until clear_interrupt(). Wait for it beside
  // the sockets; leave the reading to clear_interrupt().
  int fd() const;
};

// True after a SIGINT until clear_interrupt(). Any thread may ask.
bool interrupted() noexcept;

// Says that the SIGINT was dealt with: the flag is down, fd() no longer
// readable, and the next Ctrl-C is a first one again.
void clear_interrupt() noexcept;

// Throws Interrupted if interrupted(): what a blocking call does before it
// blocks and whenever it fails with EINTR.
void check_interrupt();

// True if `action` is that of an Interrupt which is gone: who took its place
// while it lived, and now goes too, restores the default instead.
bool is_stale_interrupt(const struct sigaction& action) noexcept;

}  // namespace asyncio
