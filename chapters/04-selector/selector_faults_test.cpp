// Selector under what goes wrong: signals, closed descriptors, numbers in use
// again, and too many of them.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <set>
#include <vector>

#include "04-selector/each_selector.hpp"
#include "04-selector/selector.hpp"
#include "common/descriptor.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

using asyncio::Descriptor;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::make_pipe;
using asyncio::Pipe;
using asyncio::Selector;
using asyncio::SelectorEvent;
using asyncio::Socket;
using std::chrono::nanoseconds;

namespace {

long allocations = 0;

// A copy of `fd` under the lowest free number from `lowest` on.
Descriptor copy_of(int fd, int lowest = 0) {
  return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
}

// Lets this process have at least `count` descriptors, or skips the test.
void need_descriptors(rlim_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = std::min(limit.rlim_max, count);
  if (limit.rlim_cur < count || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    test::skip("too few descriptors allowed");
  }
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST("a signal ends the wait with no events") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
    struct sigaction action {};
    struct sigaction old {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &old);
    // Again and again: one signal could come before the wait has begun.
    itimerval timer{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
    Events ready;
    selector.select(std::nullopt, ready);
    timer = {};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
    ::sigaction(SIGALRM, &old, nullptr);
    CHECK(ready.empty());
  });
}

TEST("a closed descriptor hides no other, and can be unregistered") {
  on_each_selector([](Selector& selector) {
    Pipe closed = make_pipe();
    Pipe open = make_pipe();
    write_byte(open);
    const int fd = closed.read.get();
    selector.register_fd(fd, EVENT_READ);
    selector.register_fd(open.read.get(), EVENT_READ);
    closed.read.reset();
    std::set<int> seen;
    for (const SelectorEvent& event : poll_now(selector)) {
      seen.insert(event.key.fd);
    }
    CHECK_EQ(seen.count(open.read.get()), 1);
    // epoll forgets a closed descriptor; the other two tell of it.
    CHECK_EQ(seen.count(fd), selector.name() == "epoll" ? 0 : 1);
    selector.unregister(fd);
    CHECK_EQ(poll_now(selector).size(), 1);
  });
}

TEST("a reused number is the new descriptor's, after unregister") {
  on_each_selector([](Selector& selector) {
    Pipe old = make_pipe();
    Pipe next = make_pipe();
    const int fd = old.read.get();
    write_byte(old);
    selector.register_fd(fd, EVENT_READ);
    selector.unregister(fd);
    CHECK_EQ(::dup2(next.read.get(), fd), fd);  // closes the old one
    selector.register_fd(fd, EVENT_READ);
    CHECK(poll_now(selector).empty());
    write_byte(next);
    CHECK_EQ(poll_now(selector).size(), 1);
  });
}

TEST("a reused number is the new descriptor's, after modify") {
  on_each_selector([](Selector& selector) {
    Pipe old = make_pipe();
    auto [one, other] = Socket::pair();
    const int fd = old.read.get();
    selector.register_fd(fd, EVENT_READ);
    CHECK_EQ(::dup2(one.fd(), fd), fd);
    selector.modify(fd, EVENT_WRITE);
    CHECK_EQ(poll_now(selector).size(), 1);
  });
}

TEST("a closed number whose file lives on does not wake the selector forever") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    write_byte(pipe);
    Descriptor copy = copy_of(pipe.read.get());  // as a forked child has one
    const int fd = pipe.read.get();
    selector.register_fd(fd, EVENT_READ);
    pipe.read.reset();
    selector.unregister(fd);
    poll_now(selector);  // epoll finds out here
    Events ready;
    const auto begin = std::chrono::steady_clock::now();
    selector.select(std::chrono::milliseconds(20), ready);
    CHECK(ready.empty());
    const auto waited = std::chrono::steady_clock::now() - begin;
    CHECK(waited >= std::chrono::milliseconds(20));
  });
}

TEST("select refuses a descriptor beyond FD_SETSIZE, the others take it") {
  need_descriptors(FD_SETSIZE + 10);
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    write_byte(pipe);
    const Descriptor high = copy_of(pipe.read.get(), FD_SETSIZE);
    CHECK(high.get() >= FD_SETSIZE);
    if (selector.name() == "select") {
      CHECK_WHAT(selector.register_fd(high.get(), EVENT_READ), "FD_SETSIZE");
      CHECK_EQ(selector.size(), 0);
      CHECK(poll_now(selector).empty());
    } else {
      selector.register_fd(high.get(), EVENT_READ);
      CHECK_EQ(poll_now(selector).size(), 1);
    }
  });
}

TEST("of very many ready descriptors, each gets its turn") {
  const std::size_t count = 2500;
  need_descriptors(count + 50);
  on_each_selector([&](Selector& selector) {
    if (selector.name() == "select") return;
    Pipe pipe = make_pipe();
    write_byte(pipe);
    std::vector<Descriptor> copies;
    for (std::size_t i = 0; i < count; ++i) {
      copies.push_back(copy_of(pipe.read.get()));
      selector.register_fd(copies.back().get(), EVENT_READ);
    }
    std::set<int> seen;
    for (int wait = 0; wait < 3; ++wait) {
      for (const SelectorEvent& event : poll_now(selector)) {
        seen.insert(event.key.fd);
      }
    }
    CHECK_EQ(seen.size(), count);
    for (const Descriptor& copy : copies) selector.unregister(copy.get());
  });
}

TEST("a wait allocates nothing") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    write_byte(pipe);
    selector.register_fd(pipe.read.get(), EVENT_READ);
    Events ready;
    selector.select(nanoseconds(0), ready);  // makes the arrays
    const long before = allocations;
    for (int i = 0; i < 100; ++i) selector.select(nanoseconds(0), ready);
    CHECK_EQ(allocations, before);
  });
}

TEST("a selector leaves no descriptor behind") {
  const int before = test::open_descriptors();
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    selector.register_fd(pipe.read.get(), EVENT_READ);
  });
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("a file that was closed and comes back to its number is watched again") {
  on_each_selector([](Selector& selector) {
    Pipe pipe = make_pipe();
    const int number = pipe.read.get();
    selector.register_fd(number, EVENT_READ);
    const Descriptor elsewhere = copy_of(number, 100);
    ::close(number);  // the kernel's registration lives on, with the copy
    selector.unregister(number);
    CHECK_EQ(::dup2(elsewhere.get(), number), number);
    selector.register_fd(number, EVENT_READ);
    write_byte(pipe);
    CHECK_EQ(poll_now(selector).size(), 1);
    selector.unregister(number);
  });
}
