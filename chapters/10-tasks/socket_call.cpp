#include "10-tasks/socket_call.hpp"

namespace asyncio {

void SocketCall::run() {
  if (is_over()) return;  // cancelled, after the event came
  try {
    if (!attempt()) return wait_on(loop());  // somebody was faster
  } catch (...) {
    error_ = std::current_exception();
  }
  over();
}

void SocketCall::fail() const {
  if (is_over()) check_interrupt();
  std::rethrow_exception(error_);
}

}  // namespace asyncio
