#include "17-subprocesses-and-signals/signal_pipe.hpp"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string>

#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

// A handler may run between any two instructions, on any thread, so it sees
// nothing but lock-free atomics. Slots are given back but never freed: the
// list can be walked at any moment.
struct SignalPipe::Slot {
  std::atomic<int> fd{-1};
  std::array<std::atomic<bool>, NSIG> listens{};
  std::array<std::atomic<bool>, NSIG> missed{};
  bool taken = false;  // guarded by SignalActions
  Slot* next = nullptr;
};

namespace {
std::atomic<int> inside{0};     // handlers at work now
std::atomic<pid_t> process{0};  // whose signals they are
static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<int>::is_always_lock_free);
}  // namespace

// What the process does about each signal: how many listen, and what was
// done before the first of them.
class SignalActions {
 public:
  using Slot = SignalPipe::Slot;

  static SignalActions& get() {
    static SignalActions& actions = *new SignalActions;  // outlives all
    return actions;
  }

  std::mutex mutex;
  std::atomic<Slot*> slots{nullptr};

  void add(int number) {
    if (process != ::getpid()) begin_afresh();
    if (users_[index(number)]++ == 0) install(number);
  }

  void remove(int number) noexcept {
    if (--users_[index(number)] == 0) restore(number);
  }

 private:
  static std::size_t index(int number) {
    return static_cast<std::size_t>(number);
  }

  void install(int number) {
    struct sigaction action {};
    action.sa_handler = SignalPipe::handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (::sigaction(number, &action, &before_[index(number)]) == 0) return;
    --users_[index(number)];
    throw std::runtime_error("signal " + std::to_string(number) +
                             " cannot be caught");
  }

  void restore(int number) noexcept {
    struct sigaction now;
    ::sigaction(number, nullptr, &now);
    if (now.sa_handler != SignalPipe::handle) return;
    struct sigaction& before = before_[index(number)];
    if (is_stale_interrupt(before)) before.sa_handler = SIG_DFL;
    ::sigaction(number, &before, nullptr);
  }

  // In a forked child: the parent's pipes are none of its business.
  void begin_afresh() noexcept {
    for (Slot* slot = slots; slot; slot = slot->next) {
      slot->fd = -1;
      for (auto& listens : slot->listens) listens = false;
    }
    for (int number = 1; number < NSIG; ++number) {
      if (users_[index(number)] > 0) restore(number);
      users_[index(number)] = 0;
    }
    inside = 0;  // another thread of the parent may have been in a handler
    process = ::getpid();
  }

  std::array<int, NSIG> users_{};
  std::array<struct sigaction, NSIG> before_{};
};

namespace {
std::atomic<SignalActions*> actions{nullptr};  // for the handler
}  // namespace

void SignalPipe::handle(int number) {
  const int saved = errno;  // the interrupted code may be about to read it
  if (::getpid() != process) {
    // Blocked until this returns; then the default is done.
    ::signal(number, SIG_DFL);
    ::raise(number);
  } else {
    ++inside;
    for (Slot* slot = actions.load()->slots; slot; slot = slot->next) {
      if (slot->listens[static_cast<std::size_t>(number)]) write(*slot, number);
    }
    --inside;
  }
  errno = saved;
}

void SignalPipe::write(Slot& slot, int number) noexcept {
  const int fd = slot.fd;
  const char byte = static_cast<char>(number);
  if (fd < 0 || ::write(fd, &byte, 1) == 1) return;
  // The pipe is full. Whoever reads it empty looks at the flags afterwards;
  // if that was just now, the second try leaves a byte to come back for.
  slot.missed[static_cast<std::size_t>(number)] = true;
  [[maybe_unused]] const auto written = ::write(fd, &byte, 1);
}

SignalPipe::Slot* SignalPipe::take_slot() {
  SignalActions& all = SignalActions::get();
  actions = &all;
  std::lock_guard lock(all.mutex);
  for (Slot* slot = all.slots; slot; slot = slot->next) {
    if (!std::exchange(slot->taken, true)) return slot;
  }
  Slot* slot = new Slot;
  slot->taken = true;
  slot->next = all.slots;
  all.slots = slot;
  return slot;
}

SignalPipe::SignalPipe() : pipe_(make_pipe()) {
  set_nonblocking(pipe_.read.get());
  set_nonblocking(pipe_.write.get());
  slot_ = take_slot();
  for (auto& missed : slot_->missed) missed = false;
}

SignalPipe::~SignalPipe() {
  for (int number = 1; number < NSIG; ++number) ignore(number);
  slot_->fd = -1;
  // A handler on another thread may still hold the number of the pipe, and a
  // closed number can be somebody else's file the next moment.
  while (inside > 0 && process == ::getpid()) ::sched_yield();
  std::lock_guard lock(SignalActions::get().mutex);
  slot_->taken = false;
}

void SignalPipe::listen(int number) {
  SignalActions& all = SignalActions::get();
  std::lock_guard lock(all.mutex);
  auto& listens = slot_->listens[static_cast<std::size_t>(number)];
  if (listens && process == ::getpid()) return;
  all.add(number);
  slot_->fd = pipe_.write.get();
  listens = true;
}

void SignalPipe::ignore(int number) noexcept {
  SignalActions& all = SignalActions::get();
  std::lock_guard lock(all.mutex);
  if (!slot_->listens[static_cast<std::size_t>(number)].exchange(false)) return;
  if (process == ::getpid()) all.remove(number);
}

// The number of a signal that has come, or 0: first the pipe, then, once it
// is empty, the flags of those that did not fit into it.
int SignalPipe::next() noexcept {
  unsigned char byte = 0;
  ssize_t got;
  do {
    got = ::read(fd(), &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got == 1) return byte;
  while (++checked_ < NSIG) {
    auto& missed = slot_->missed[static_cast<std::size_t>(checked_)];
    if (missed.exchange(false)) return checked_;
  }
  return checked_ = 0;
}

}  // namespace asyncio
