#include "06-state-machines/machine.hpp"

namespace asyncio {

// A trampoline: an arm never calls another machine. It names the one to run
// and returns, so that this loop is all that is ever on the native stack.
void Machine::resume() {
  Machine* machine = this;
  for (;;) {
    Machine* next = machine->step_or_fail();
    if (!next) break;
    machine = next;
  }
  // It waits, or it was the outermost and has ended.
  if (machine->done()) machine->finished();
}

// An exception ends the machine; its caller finds it in result().
Machine* Machine::step_or_fail() noexcept {
  try {
    return step();
  } catch (...) {
    error_ = std::current_exception();
    return finish();
  }
}

Machine* Machine::wait_readable(const Socket& socket, int then) {
  loop_.wait_io(*this, socket.fd(), socket.generation(), EVENT_READ);
  return pause(then);
}

Machine* Machine::wait_writable(const Socket& socket, int then) {
  loop_.wait_io(*this, socket.fd(), socket.generation(), EVENT_WRITE);
  return pause(then);
}

}  // namespace asyncio
