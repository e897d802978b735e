#include "common/interrupt.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "common/descriptor.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Interrupt;
using asyncio::interrupted;

bool readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

// The status of a child that runs `body`, as wait() tells it.
int status_of(void (*body)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  return status;
}

TEST("Ctrl-C raises the flag and makes the descriptor readable") {
  const Interrupt interrupt;
  CHECK(!interrupted());
  CHECK(!readable(interrupt.fd()));
  ::raise(SIGINT);
  CHECK(interrupted());
  CHECK(readable(interrupt.fd()));
}

TEST("a cleared interrupt can come again") {
  const Interrupt interrupt;
  for (int i = 0; i < 3; ++i) {
    ::raise(SIGINT);
    CHECK(interrupted());
    asyncio::clear_interrupt();
    CHECK(!interrupted());
    CHECK(!readable(interrupt.fd()));
  }
}

TEST("check_interrupt throws Interrupted only after Ctrl-C") {
  const Interrupt interrupt;
  asyncio::check_interrupt();
  ::raise(SIGINT);
  CHECK_THROWS(asyncio::Interrupted, asyncio::check_interrupt());
}

TEST("Interrupted passes a handler for errors by") {
  bool passed_by = false;
  try {
    try {
      throw asyncio::Interrupted();
    } catch (const std::exception&) {
    }
  } catch (const asyncio::Interrupted&) {
    passed_by = true;
  }
  CHECK(passed_by);
}

TEST("the end of an Interrupt restores the old handler and flag") {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before {};
  ::sigaction(SIGINT, &ignore, &before);
  const int open = test::open_descriptors();
  {
    const Interrupt interrupt;
    ::raise(SIGINT);
  }
  struct sigaction after {};
  ::sigaction(SIGINT, &before, &after);
  CHECK(after.sa_handler == SIG_IGN);
  CHECK(!interrupted());
  CHECK_EQ(test::open_descriptors(), open);
}

TEST("the handler leaves errno alone") {
  const Interrupt interrupt;
  errno = ENOENT;
  ::raise(SIGINT);
  CHECK_EQ(errno, ENOENT);
}

TEST("a second Ctrl-C, when nobody dealt with the first, ends the program") {
  const int status = status_of([] {
    const Interrupt interrupt;
    ::raise(SIGINT);
    ::raise(SIGINT);
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(WTERMSIG(status), SIGINT);
}

TEST("a second Ctrl-C after a cleared one does not end the program") {
  const int status = status_of([] {
    const Interrupt interrupt;
    ::raise(SIGINT);
    asyncio::clear_interrupt();
    ::raise(SIGINT);
  });
  CHECK(WIFEXITED(status));
}

TEST("a call that blocks is cut short by Ctrl-C") {
  const int status = status_of([] {
    const Interrupt interrupt;
    const asyncio::Pipe pipe = asyncio::make_pipe();
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
      ::poll(nullptr, 0, 50);  // mostly, the parent blocks by now
      ::kill(parent, SIGINT);
      ::_exit(0);
    }
    // A signal that came before poll() began has made fd() readable, so this
    // waits for it in either case and never hangs.
    pollfd entry{interrupt.fd(), POLLIN, 0};
    while (::poll(&entry, 1, -1) < 0 && !interrupted()) {
    }
    ::_exit(interrupted() ? 7 : 8);
  });
  CHECK_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
