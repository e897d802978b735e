#pragma once

#include <signal.h>

#include "common/descriptor.hpp"

namespace asyncio {

// A SignalPipe turns signals into bytes: for each signal that it listens to
// and that comes, its pipe gets a byte, the signal's number. That is all that
// happens in the handler; what the signal means is decided where the byte is
// read. It is Python's signal.set_wakeup_fd, one for each loop instead of one
// for the process.
//
// The handler never blocks. If the pipe is full, the number is noted in a
// flag, so however many signals come, none is lost as a kind. It restarts the
// call that it interrupts (SA_RESTART), where the system can do that: a
// selector it cannot, and that returns. In a child that was forked and has
// not listened itself, signals do what they do by default.
//
// Thread: one thread makes, reads and destroys it; signals may reach any.
// Several in one process may listen to the same signal.
class SignalPipe {
 public:
  SignalPipe();  // throws std::system_error
  ~SignalPipe();
  SignalPipe(const SignalPipe&) = delete;
  SignalPipe& operator=(const SignalPipe&) = delete;

  // The descriptor that is readable when a signal has come.
  int fd() const noexcept { return pipe_.read.get(); }

  // From here on `number` is written to the pipe. Harmless the second time.
  // Throws std::runtime_error if the signal cannot be caught.
  void listen(int number);

  // No longer. When nobody in the process listens, what was done about the
  // signal before is done again, unless the program changed it meanwhile.
  void ignore(int number) noexcept;

  // Calls `on_signal(number)` for each signal that has come.
  template <class F>
  void read(F on_signal) {
    int number;
    while ((number = next()) != 0) on_signal(number);
  }

 private:
  struct Slot;  // what the handler sees of it
  friend class SignalActions;

  int next() noexcept;
  static Slot* take_slot();
  static void handle(int number);
  static void write(Slot& slot, int number) noexcept;

  Pipe pipe_;
  Slot* slot_;
  int checked_ = 0;  // which flags next() has looked at
};

}  // namespace asyncio
