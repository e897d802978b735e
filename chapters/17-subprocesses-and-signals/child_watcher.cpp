#include "17-subprocesses-and-signals/child_watcher.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "17-subprocesses-and-signals/signals.hpp"
#include "common/error.hpp"
#include "common/platform.hpp"

#if ASYNCIO_HAS_PIDFD
#include <sys/syscall.h>
#endif

namespace asyncio {

namespace {

// The C library may be older than these two calls. Both -1 where there are
// none: then the caller does it the old way.
int pidfd_open(pid_t pid) {
#if ASYNCIO_HAS_PIDFD
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#else
  static_cast<void>(pid);
  return -1;
#endif
}

// Through a pidfd a signal cannot go astray even if somebody else, against
// the rules, has reaped the process.
int send(int pidfd, pid_t pid, int number) {
#if ASYNCIO_HAS_PIDFD
  if (pidfd >= 0) {
    return static_cast<int>(
        ::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0));
  }
#else
  static_cast<void>(pidfd);
#endif
  return ::kill(pid, number);
}

pid_t wait_for_child(pid_t pid, int& status, int flags) {
  pid_t got;
  do {
    got = ::waitpid(pid, &status, flags);
  } while (got < 0 && errno == EINTR);
  return got;
}

int returncode_of(int status) {
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool wants_pidfd() {
  const char* method = std::getenv("ASYNCIO_CHILD_WATCHER");
  return ASYNCIO_HAS_PIDFD &&
         !(method && std::string_view(method) == "sigchld");
}

}  // namespace

bool Child::send_signal(int number) {
  if (!watcher_) return false;
  if (send(pidfd_.get(), pid_, number) == 0) return true;
  if (errno == ESRCH) return false;
  throw_errno("kill", std::to_string(pid_));
}

bool Child::poll() {
  if (!watcher_) return true;
  int status = 0;
  const pid_t got = wait_for_child(pid_, status, WNOHANG);
  if (got == 0) return false;
  const Ref<Child> keep(this);
  EventLoop& loop = watcher_->loop_;
  watcher_->reap(*this, got < 0 ? 255 : returncode_of(status));
  if (got < 0) {
    loop.call_exception_handler(
        {"somebody else has taken the exit status (255 stands for it) of",
         "process " + std::to_string(pid_), {}});
  }
  return true;
}

ChildWatcher::ChildWatcher(EventLoop& loop)
    : loop_(loop), use_pidfd_(wants_pidfd()) {
  loop.service<SignalHub>();  // made before us, it dies after us
}

ChildWatcher::~ChildWatcher() {
  while (!children_.empty()) {
    Ref<Child> child = std::move(children_.back());
    children_.pop_back();
    kill(*child);
  }
}

void ChildWatcher::kill(Child& child) {
  child.watcher_ = nullptr;
  child.exited_ = nullptr;
  // Whom we may not kill we do not wait for.
  const bool ends = send(child.pidfd_.get(), child.pid_, SIGKILL) == 0;
  int status = 0;
  wait_for_child(child.pid_, status, ends ? 0 : WNOHANG);
}

Ref<Child> ChildWatcher::watch(pid_t pid, std::function<void(int)> exited) {
  Ref<Child> child = make_ref<Child>();
  child->pid_ = pid;
  child->exited_ = std::move(exited);
  try {
    start(child);
  } catch (...) {
    kill(*child);
    throw;
  }
  child->watcher_ = this;
  child->index_ = children_.size();
  children_.push_back(child);
  return child;
}

void ChildWatcher::start(const Ref<Child>& child) {
  if (use_pidfd_ && start_pidfd(child)) return;
  if (without_pidfd_ == 0) {
    loop_.service<SignalHub>().add(SIGCHLD, this, [this] { poll_all(); });
  }
  // It may have ended before we listened: so all are asked once in any case.
  loop_.call_soon([this] { poll_all(); });
  ++without_pidfd_;
}

// False if there are no descriptors left, or select() has no room for it.
bool ChildWatcher::start_pidfd(const Ref<Child>& child) {
  child->pidfd_.reset(pidfd_open(child->pid_));
  if (!child->pidfd_) return false;
  try {
    loop_.add_reader(child->pidfd_.get(), [child] { child->poll(); });
    return true;
  } catch (const std::exception&) {
    child->pidfd_.reset();
    return false;
  }
}

// One SIGCHLD may stand for several ends.
void ChildWatcher::poll_all() {
  for (std::size_t i = 0; i < children_.size();) {
    Ref<Child> child = children_[i];
    if (child->pidfd_ || !child->poll()) ++i;
  }
}

void ChildWatcher::reap(Child& child, int returncode) {
  Ref<Child> keep(&child);
  forget(child);
  if (loop_.is_closed()) return;
  loop_.call_soon([exited = std::move(child.exited_), returncode] {
    exited(returncode);
  });
}

void ChildWatcher::forget(Child& child) {
  child.watcher_ = nullptr;
  children_.back()->index_ = child.index_;
  children_[child.index_] = children_.back();
  children_.pop_back();
  if (child.pidfd_) {
    loop_.remove_reader(child.pidfd_.get());
    child.pidfd_.reset();
  } else if (--without_pidfd_ == 0) {
    loop_.service<SignalHub>().remove(SIGCHLD, this);
  }
}

}  // namespace asyncio
