// What the tests of child processes share: words to start them with, both
// kinds of watcher, and a look for what was left behind.
//
// Not part of the library: for programs and tests.

#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "10-tasks/runner.hpp"
#include "common/test.hpp"

namespace test {

// A program for /bin/sh.
inline std::vector<std::string> sh(std::string script) {
  return {"/bin/sh", "-c", std::move(script)};
}

// Runs `body` with a watcher that uses pidfds, where there are any, and with
// one that uses SIGCHLD.
inline void with_each_watcher(const std::function<void()>& body) {
  for (const char* method : {"pidfd", "sigchld"}) {
    setenv("ASYNCIO_CHILD_WATCHER", method, 1);
    body();
    unsetenv("ASYNCIO_CHILD_WATCHER");
  }
}

// Waits until a process has ended, and leaves it to be reaped.
inline void wait_until_ended(pid_t pid) {
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) < 0) {
    CHECK_EQ(errno, EINTR);
  }
}

// This process has no child, running or ended: nobody was left to be reaped.
inline bool no_children() {
  errno = 0;
  return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
}

// The same with frames and descriptors: what `body` has begun has ended.
// The clock is the real one, since processes take real time; a test waits for
// their output or their end, never for a time.
template <class Function>
void run_cleanly(Function body) {
  with_each_watcher([&] {
    const int descriptors = open_descriptors();
    const long frames = asyncio::FramePool::live();
    {
      asyncio::Runner runner;
      runner.run(body());
    }
    CHECK(no_children());
    CHECK_EQ(open_descriptors(), descriptors);
    CHECK_EQ(asyncio::FramePool::live(), frames);
  });
}

}  // namespace test
