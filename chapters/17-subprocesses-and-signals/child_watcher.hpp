#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "common/descriptor.hpp"
#include "common/ref.hpp"

namespace asyncio {

// A Child is a process that this one has started, and the only way to send
// it a signal. Its number (the pid) belongs to it until it is reaped, that
// is, until waitpid() has fetched how it ended; from then on the kernel may
// give the number to anybody. The one who reaps and the one who signals are
// the same thread here, and both look at the same field, so a signal never
// reaches a stranger (gh-87744 and its like).
//
// Ownership: the watcher holds it until it is reaped. Thread: the loop's.
class Child : public RefCounted {
 public:
  pid_t pid() const noexcept { return pid_; }

  // False if the process has been reaped. Throws std::system_error
  // "kill 1234: Operation not permitted".
  bool send_signal(int number);

  // Reaps it if it has ended, without waiting. True if it is reaped.
  bool poll();

 private:
  friend class ChildWatcher;
  class ChildWatcher* watcher_ = nullptr;  // until it is reaped
  pid_t pid_ = -1;
  Descriptor pidfd_;       // where the system has it
  std::size_t index_ = 0;  // in the watcher's list
  std::function<void(int)> exited_;
};

// A ChildWatcher is a loop's service that hears of the end of its children,
// and reaps them: nobody else in the library calls waitpid() on them, and it
// never waits for a process that is not its own (no waitpid(-1)), so other
// parts of a program can have children too.
//
// On Linux each child has a pidfd, a descriptor that is readable once the
// process has ended: CPython's PidfdChildWatcher. Elsewhere, or where no
// pidfd is to be had, SIGCHLD says that some child has ended, and each is
// asked: its SafeChildWatcher, but usable in every thread. The environment's
// ASYNCIO_CHILD_WATCHER=sigchld chooses the second.
//
// Thread: the loop's.
class ChildWatcher {
 public:
  explicit ChildWatcher(EventLoop& loop);
  // What still runs is killed and reaped: a loop leaves no process behind.
  ~ChildWatcher();
  ChildWatcher(const ChildWatcher&) = delete;
  ChildWatcher& operator=(const ChildWatcher&) = delete;

  // Schedules `exited(returncode)` once the process has been reaped:
  // its exit status, minus the signal that ended it, or 255 if somebody else
  // has taken its status (which is reported). If it throws, the process is
  // no more. REQUIRES: a child of this process that nobody else waits for.
  Ref<Child> watch(pid_t pid, std::function<void(int)> exited);

  std::size_t size() const noexcept { return children_.size(); }
  bool uses_pidfd() const noexcept { return use_pidfd_; }

 private:
  friend class Child;

  void start(const Ref<Child>& child);
  bool start_pidfd(const Ref<Child>& child);
  void poll_all();
  void reap(Child& child, int returncode);
  void forget(Child& child);
  static void kill(Child& child);

  EventLoop& loop_;
  bool use_pidfd_;
  std::vector<Ref<Child>> children_;
  std::size_t without_pidfd_ = 0;
};

}  // namespace asyncio
