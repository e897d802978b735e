#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "04-selector/each_selector.hpp"
#include "common/descriptor.hpp"
#include "common/socket.hpp"
#include "exercises/expect.hpp"
#include "kqueue_selector.hpp"

using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::make_pipe;
using asyncio::Pipe;
using asyncio::Socket;
using exercise::expect;
using exercise::expect_equal;
using exercise::fail;
using exercise::KqueueSelector;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

// Ends the program, with words, if a select() does not return.
struct Watchdog {
  Watchdog() {
    ::signal(SIGALRM, [](int) {
      constexpr char text[] =
          "  select() has not returned for 10 seconds\n"
          "  look: does kevent get the timeout, and not a null pointer?\n";
      (void)!::write(1, text, sizeof text - 1);
      ::_exit(1);
    });
    ::alarm(10);
  }
  ~Watchdog() { ::alarm(0); }
};

struct World {
  Watchdog watchdog;
  KqueueSelector selector;

  // What comes within the timeout, as "read", "write" or "read write" for each
  // event, with commas.
  std::string ready(std::optional<nanoseconds> timeout = nanoseconds(0)) {
    try {
      selector.select(timeout, events);
    } catch (const std::exception& error) {
      fail("select() threw \"" + std::string(error.what()) + "\"",
           "look at the arguments of kevent, and at a timeout below zero or "
           "over a second");
    }
    std::string all;
    for (const asyncio::SelectorEvent& event : events) {
      if (!all.empty()) all += ", ";
      if (event.events & EVENT_READ) all += "read";
      if (event.events == (EVENT_READ | EVENT_WRITE)) all += ' ';
      if (event.events & EVENT_WRITE) all += "write";
    }
    return all;
  }
  Events events;
};

}  // namespace

TEST("a descriptor is reported while it can be read, with its data") {
  World world;
  Pipe pipe = make_pipe();
  int data = 0;
  world.selector.register_fd(pipe.read.get(), EVENT_READ, &data);
  expect_equal("what is ready of an empty pipe", world.ready(), "",
               "there is nothing to read");
  write_byte(pipe);
  expect_equal("what is ready of a pipe with a byte in it", world.ready(),
               "read",
               "is the filter in the kernel's list, and is each event "
               "reported?");
  expect(world.events[0].key.data == &data, "the event has the caller's data",
         "report() adds it: which descriptor did you report?");
  expect_equal("what is ready when it is asked again", world.ready(), "read",
               "filters stay in the list until they are deleted");
}

TEST("both events of a descriptor come as one") {
  World world;
  auto [one, other] = Socket::pair();
  world.selector.register_fd(one.fd(), EVENT_READ | EVENT_WRITE);
  expect_equal("what is ready of a silent socket", world.ready(), "write",
               "both filters are added, and one is ready");
  other.send_all("x");
  expect_equal("what is ready of a socket with bytes", world.ready(),
               "read write",
               "kevent gives two events; collect what came by descriptor, then "
               "report");
}

TEST("what is not wanted any more does not end a wait") {
  World world;
  auto [one, other] = Socket::pair();
  world.selector.register_fd(one.fd(), EVENT_READ | EVENT_WRITE);
  world.selector.modify(one.fd(), EVENT_READ);
  const auto start = std::chrono::steady_clock::now();
  expect_equal("what is ready of a silent socket, asked for read only",
               world.ready(milliseconds(30)), "", "only what is asked for");
  expect(std::chrono::steady_clock::now() - start >= milliseconds(30),
         "select() waits for its timeout when nothing wanted is ready",
         "which filter did modify() take away, and is it still in the list?");
  world.selector.modify(one.fd(), EVENT_WRITE);
  other.send_all("x");
  expect_equal("what is ready after modify() to write only", world.ready(),
               "write", "one filter is new, and one is not wanted any more");
}

TEST("who is unregistered is not reported") {
  World world;
  std::vector<Pipe> pipes;
  for (int i = 0; i < 3; ++i) {
    pipes.push_back(make_pipe());
    write_byte(pipes.back());
    world.selector.register_fd(pipes.back().read.get(), EVENT_READ);
  }
  world.selector.unregister(pipes[1].read.get());
  expect_equal("what is ready after one of three has left", world.ready(),
               "read, read", "EV_DELETE for what was asked for before");
  world.selector.register_fd(pipes[1].read.get(), EVENT_READ);
  expect_equal("what is ready when it has come back", world.ready(),
               "read, read, read", "EV_ADD for what was not asked for before");
}

TEST("of forty that are ready each is reported sooner or later") {
  World world;
  std::vector<Pipe> pipes;
  for (int i = 0; i < 40; ++i) {
    pipes.push_back(make_pipe());
    write_byte(pipes.back());
    world.selector.register_fd(pipes.back().read.get(), EVENT_READ);
  }
  std::set<int> seen;
  for (int turn = 0; turn < 100 && seen.size() < pipes.size(); ++turn) {
    world.ready();
    for (const auto& event : world.events) seen.insert(event.key.fd);
  }
  expect_equal("how many of forty pipes were reported", seen.size(), 40,
               "how many events does kevent have room for?");
}

TEST("a wait ends with its timeout, and not before") {
  World world;
  Pipe pipe = make_pipe();
  const auto wait = [&](nanoseconds time) {
    const auto start = std::chrono::steady_clock::now();
    expect_equal("what is ready of an empty pipe", world.ready(time), "",
                 "there is nothing to read");
    expect(std::chrono::steady_clock::now() - start >= time,
           "select() with a timeout waits that long",
           "with no room for an event kevent does not wait; and which part of "
           "the timeout goes to tv_sec, which to tv_nsec?");
  };
  wait(milliseconds(5));  // with nobody registered
  world.selector.register_fd(pipe.read.get(), EVENT_READ);
  wait(milliseconds(-5));
  wait(nanoseconds(1'500'000));
  wait(milliseconds(1100));
}

TEST("without a timeout it waits until something is ready") {
  World world;
  Pipe pipe = make_pipe();
  world.selector.register_fd(pipe.read.get(), EVENT_READ);
  std::thread writer([&] {  // late enough to catch who does not wait
    std::this_thread::sleep_for(milliseconds(100));
    (void)!::write(pipe.write.get(), "x", 1);
  });
  world.selector.select(std::nullopt, world.events);
  writer.join();
  expect_equal("the events of a wait without a timeout", world.events.size(), 1,
               "a null pointer waits, and a pointer to zeros does not");
}

TEST("a signal ends a wait, and nothing is ready") {
  World world;
  Pipe pipe = make_pipe();
  world.selector.register_fd(pipe.read.get(), EVENT_READ);
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &action, nullptr);
  std::atomic<bool> over = false;
  std::thread sender([&, waiter = ::pthread_self()] {
    for (int i = 0; i < 1000 && !over; ++i) {  // one comes during the wait
      ::pthread_kill(waiter, SIGUSR1);
      std::this_thread::sleep_for(milliseconds(1));
    }
    write_byte(pipe);  // for who goes on waiting
  });
  std::string came;
  try {
    world.selector.select(std::nullopt, world.events);
  } catch (const std::system_error& error) {
    came = error.what();
  }
  over = true;
  sender.join();
  expect_equal("what select() threw when a signal came", came, "",
               "what does kevent return, and what is errno then?");
  expect_equal("the events of a wait that a signal has ended",
               world.events.size(), 0, "nothing was ready");
}

TEST("a descriptor that is not open is refused, and may be unregistered") {
  World world;
  Pipe pipe = make_pipe();
  const int fd = pipe.read.get();
  world.selector.register_fd(fd, EVENT_READ);
  pipe.read.reset();
  try {
    world.selector.unregister(fd);
  } catch (const std::exception& error) {
    fail("unregister() of a closed descriptor threw \"" +
             std::string(error.what()) + "\"",
         "nothing to delete is as good as deleted; change() forgives it");
  }
  bool refused = false;
  try {
    world.selector.register_fd(fd, EVENT_READ);
  } catch (const std::system_error&) {
    refused = true;
  }
  expect(refused, "register_fd() of a closed descriptor throws",
         "kevent says EBADF for EV_ADD; who drops that?");
}
