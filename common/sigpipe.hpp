#pragma once

#include <signal.h>

namespace asyncio {

// Writing to a pipe that nobody reads ends the process by SIGPIPE. For sockets
// there is a flag against that, for pipes there is none: from the first call on
// the process ignores the signal, as Python does from its start, and write()
// fails with EPIPE. Whoever has a handler of its own keeps it. Thread: any.
inline void ignore_sigpipe() noexcept {
  struct sigaction action {};
  if (::sigaction(SIGPIPE, nullptr, &action) != 0) return;
  if (action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

}  // namespace asyncio
