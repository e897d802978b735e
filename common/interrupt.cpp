#include "common/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>

#include "common/descriptor.hpp"
#include "common/error.hpp"

namespace asyncio {
namespace {

// What exists while an Interrupt does. It is global because a signal handler
// gets no argument but the signal's number.
struct State {
  Pipe pipe = make_pipe();
  struct sigaction old_action {};
};
State* state = nullptr;

// The handler touches these two and nothing else.
std::atomic<bool> flag{false};
std::atomic<int> wake_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<int>::is_always_lock_free);

void on_sigint(int signal_number) {
  const int saved = errno;  // the interrupted code may be about to read it
  if (flag.exchange(true)) {
    // The signal is blocked until the handler returns; then the default ends
    // the program, and its parent sees that Ctrl-C did.
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
  } else {
    // Fails only if nobody reads, and then the descriptor is readable already.
    [[maybe_unused]] const auto written = ::write(wake_fd.load(), "!", 1);
  }
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  assert(state == nullptr && "one Interrupt at a time");
  State* fresh = new State;
  set_nonblocking(fresh->pipe.read.get());
  set_nonblocking(fresh->pipe.write.get());
  flag = false;
  wake_fd = fresh->pipe.write.get();
  state = fresh;

  struct sigaction action {};
  action.sa_handler = on_sigint;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &fresh->old_action);  // cannot fail for SIGINT
}

Interrupt::~Interrupt() {
  // First the handler, then what it uses.
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  if (now.sa_handler == on_sigint) {
    ::sigaction(SIGINT, &state->old_action, nullptr);
  }
  wake_fd = -1;
  flag = false;
  delete state;
  state = nullptr;
}

int Interrupt::fd() const { return state->pipe.read.get(); }

bool interrupted() noexcept { return flag.load(std::memory_order_relaxed); }

void clear_interrupt() noexcept {
  // The byte goes before the flag. In the other order, a SIGINT in between
  // would raise the flag and lose the byte that wakes whoever waits for it.
  char buffer[16];
  while (state && ::read(state->pipe.read.get(), buffer, sizeof buffer) > 0) {
  }
  flag = false;
}

void check_interrupt() {
  if (interrupted()) throw Interrupted();
}

bool is_stale_interrupt(const struct sigaction& action) noexcept {
  return action.sa_handler == on_sigint && state == nullptr;
}

}  // namespace asyncio
