// add_reader and add_writer. event_loop_test.cpp says which cases of CPython's
// tests are here.

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "05-callbacks/event_loop.hpp"
#include "05-callbacks/loop_test.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using asyncio::EventLoop;
using asyncio::Pipe;
using asyncio::Socket;
using test::Log;
using test::make_token;
using test::run_once;

void put(const Pipe& pipe, std::string_view text = "x") {
  CHECK_EQ(::write(pipe.write.get(), text.data(), text.size()),
           static_cast<ssize_t>(text.size()));
}

std::string take(const Pipe& pipe) {
  char buffer[100];
  const ssize_t size = ::read(pipe.read.get(), buffer, sizeof buffer);
  return {buffer, static_cast<std::size_t>(size)};
}

TEST("a reader is called when there is something to read, and at the end") {
  EventLoop loop;
  auto pair = Socket::pair();
  Socket& near = pair.first;
  Socket& far = pair.second;
  near.set_nonblocking();
  std::string received;
  loop.add_reader(near.fd(), [&] {
    char buffer[100];
    const auto size = near.try_recv(buffer, sizeof buffer);
    if (size && *size > 0) {
      received.append(buffer, *size);
      return;
    }
    CHECK(loop.remove_reader(near.fd()));
    loop.stop();
  });
  loop.call_soon([&far] { far.send_all("abc"); });
  loop.call_later(1ms, [&far] { far.send_all("def"); });
  loop.call_later(2ms, [&far] { far.close(); });
  loop.run_forever();
  CHECK_EQ(received, "abcdef");
  CHECK(!loop.remove_reader(near.fd()));
}

TEST("a reader is called again for what it has left") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  int calls = 0;
  loop.add_reader(pipe.read.get(), [&] { ++calls; });
  for (int i = 0; i < 3; ++i) run_once(loop);
  CHECK_EQ(calls, 3);
  loop.remove_reader(pipe.read.get());
  run_once(loop);
  CHECK_EQ(calls, 3);
}

TEST("a writer is called when there is room, until it is removed") {
  EventLoop loop;
  auto pair = Socket::pair();
  Socket& near = pair.first;
  Socket& far = pair.second;
  int calls = 0;
  loop.add_writer(near.fd(), [&] {
    near.send_all("hello");
    ++calls;
    loop.stop();
  });
  loop.run_forever();
  CHECK(loop.remove_writer(near.fd()));
  CHECK(!loop.remove_writer(near.fd()));
  CHECK_EQ(calls, 1);
  char buffer[100];
  CHECK_EQ(far.recv(buffer, sizeof buffer), 5u);
}

TEST("a writer is not called while the buffer is full") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  near.set_nonblocking();
  far.set_nonblocking();
  const std::string block(65536, 'x');
  while (near.try_send(block)) {
  }
  bool called = false;
  loop.add_writer(near.fd(), [&] {
    called = true;
    loop.stop();
  });
  run_once(loop);
  CHECK(!called);
  std::string buffer(1 << 20, '\0');
  while (far.try_recv(buffer.data(), buffer.size())) {
  }
  loop.run_forever();
  CHECK(called);
  loop.remove_writer(near.fd());
}

TEST("one descriptor may have a reader and a writer, and each goes alone") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  Log log;
  loop.add_reader(near.fd(), [&] { log.push_back("read"); });
  loop.add_writer(near.fd(), [&] { log.push_back("write"); });
  run_once(loop);
  CHECK_EQ(log, Log({"write"}));
  far.send_all("x");
  run_once(loop);
  CHECK_EQ(log, Log({"write", "read", "write"}));
  CHECK(loop.remove_writer(near.fd()));
  run_once(loop);
  CHECK_EQ(log, Log({"write", "read", "write", "read"}));
  CHECK(loop.remove_reader(near.fd()));
  run_once(loop);
  CHECK_EQ(log.size(), 4u);
}

TEST("a second reader takes the place of the first, which dies") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  Log log;
  auto token = make_token();
  loop.add_reader(pipe.read.get(), [&log, token] { log.push_back("first"); });
  loop.add_reader(pipe.read.get(), [&] { log.push_back("second"); });
  CHECK_EQ(token.use_count(), 1);
  run_once(loop);
  CHECK_EQ(log, Log({"second"}));
  CHECK(loop.remove_reader(pipe.read.get()));
}

TEST("a reader may put another in its place, and lives until it returns") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  Log log;
  loop.add_reader(pipe.read.get(), [&, name = std::string("first")] {
    loop.add_reader(pipe.read.get(), [&] { log.push_back("second"); });
    log.push_back(name);
  });
  run_once(loop);
  run_once(loop);
  CHECK_EQ(log, Log({"first", "second"}));
  loop.remove_reader(pipe.read.get());
}

TEST("a reader may remove itself, and lives until it returns") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  Log log;
  auto token = make_token();
  loop.add_reader(pipe.read.get(), [&log, &loop, &pipe, token] {
    CHECK(loop.remove_reader(pipe.read.get()));
    log.push_back(std::to_string(token.use_count()));
  });
  run_once(loop);
  run_once(loop);
  CHECK_EQ(log, Log({"2"}));
  CHECK_EQ(token.use_count(), 1);
}

TEST("a reader that is removed while its event is queued is not called") {
  EventLoop loop;
  const Pipe pipes[] = {asyncio::make_pipe(), asyncio::make_pipe()};
  int calls = 0;
  for (int i : {0, 1}) {
    put(pipes[i]);
    loop.add_reader(pipes[i].read.get(), [&, other = 1 - i] {
      ++calls;
      CHECK(loop.remove_reader(pipes[other].read.get()));
    });
  }
  run_once(loop);  // both are queued; the first removes the second
  CHECK_EQ(calls, 1);
}

TEST("a descriptor's next owner does not get the event of the one before") {
  EventLoop loop;
  Log log;
  Pipe old = asyncio::make_pipe();
  const Pipe trigger = asyncio::make_pipe();
  const int number = old.read.get();
  Pipe next;
  // Whichever of the two readers runs first, no event may reach "next".
  const auto replace = [&] {
    if (next.read) return;
    loop.remove_reader(number);
    old.read.reset();
    next = asyncio::make_pipe();
    CHECK_EQ(next.read.get(), number);
    loop.add_reader(number, [&] { log.push_back("next: " + take(next)); });
  };
  put(old, "old");
  put(trigger);
  loop.add_reader(trigger.read.get(), replace);
  loop.add_reader(number, [&] { replace(); });
  run_once(loop);
  loop.remove_reader(trigger.read.get());
  run_once(loop);
  CHECK_EQ(log, Log{});
  put(next, "new");
  run_once(loop);
  CHECK_EQ(log, Log({"next: new"}));
  loop.remove_reader(number);
}

TEST("a refused connection makes the socket writable") {
  EventLoop loop;
  asyncio::Address nobody;
  {
    Socket listener = Socket::listen_on(asyncio::Address::loopback(0));
    nobody = listener.local_address();
  }
  Socket socket = Socket::create(nobody.family());
  socket.set_nonblocking();
  std::string error;
  try {
    socket.start_connect(nobody);
  } catch (const std::system_error&) {
    return;  // told at once: nothing to wait for
  }
  loop.add_writer(socket.fd(), [&] {
    try {
      socket.finish_connect(nobody);
    } catch (const std::system_error& caught) {
      error = caught.what();
    }
    loop.remove_writer(socket.fd());
    loop.stop();
  });
  loop.run_forever();
  CHECK_EQ(error, "connect " + nobody.str() + ": Connection refused");
}

TEST("what is no open descriptor is refused") {
  EventLoop loop;
  int closed;
  {
    const Pipe pipe = asyncio::make_pipe();
    closed = pipe.read.get();
  }
  CHECK_THROWS(std::invalid_argument, loop.add_reader(-1, [] {}));
  CHECK_THROWS(std::system_error, loop.add_reader(closed, [] {}));
  CHECK_THROWS(std::system_error, loop.add_writer(closed, [] {}));
  // Nor does a table grow that far.
  constexpr int huge = std::numeric_limits<int>::max();
  CHECK_THROWS(std::system_error, loop.add_reader(huge, [] {}));
  CHECK(!loop.remove_reader(closed));
  CHECK(!loop.remove_reader(-1));
  CHECK(!loop.remove_writer(1'000'000));
  run_once(loop);
}

TEST("a reader may be removed after its descriptor was closed") {
  EventLoop loop;
  Pipe pipe = asyncio::make_pipe();
  const int number = pipe.read.get();
  loop.add_reader(number, [] {});
  pipe.read.reset();
  CHECK(loop.remove_reader(number));
  run_once(loop);
}

TEST("closing the loop frees readers and writers, and runs none") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  auto token = make_token();
  loop.add_reader(near.fd(), [token] { CHECK(false); });
  loop.add_writer(near.fd(), [token] { CHECK(false); });
  loop.close();
  CHECK_EQ(token.use_count(), 1);
  CHECK(!loop.remove_reader(near.fd()));
}

TEST("an event that came while the loop stops is seen, once") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  Log log;
  loop.add_reader(pipe.read.get(), [&] { log.push_back(take(pipe)); });
  loop.call_soon([&] { loop.stop(); });
  put(pipe, "a");
  loop.run_forever();
  CHECK_EQ(log, Log({"a"}));
  run_once(loop);
  CHECK_EQ(log, Log({"a"}));
}

// A callback that always has more to do.
struct Busy {
  EventLoop& loop;
  void operator()() { loop.call_soon(Busy(*this)); }
};

TEST("readers are heard while callbacks reschedule themselves forever") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  bool called = false;
  loop.call_soon(Busy{loop});
  loop.add_reader(pipe.read.get(), [&] {
    called = true;
    loop.stop();
  });
  // Late enough that the look which add_reader asks for is over.
  loop.call_soon([&] { loop.call_soon([&] { put(pipe); }); });
  loop.run_forever();  // hangs if it does not ask the kernel
  CHECK(called);
}

TEST("while callbacks are ready, the kernel is asked less often than each "
     "iteration, but it is asked") {
  EventLoop loop;
  test::PollCounter counter;
  int iterations = 0;
  std::function<void()> next = [&] {
    if (++iterations == 10'000) return loop.stop();
    loop.call_soon([&] { next(); });
  };
  loop.call_soon([&] { next(); });
  loop.set_observer(&counter);
  loop.run_forever();
  loop.set_observer(nullptr);
  CHECK(counter.polls >= 10'000 / 4096);
  CHECK(counter.polls <= 10'000 / 4 + 2);
}

TEST("a reader is first heard in the iteration after it was added") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  Log log;
  loop.call_soon([&] {
    loop.add_reader(pipe.read.get(), [&] { log.push_back(take(pipe)); });
    loop.call_soon([&] {
      log.push_back("soon");
      loop.call_soon([&] { loop.stop(); });
    });
  });
  loop.run_forever();
  CHECK_EQ(log, Log({"soon", "x"}));
}

TEST("a reader keeps its captures from call to call") {
  EventLoop loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  auto token = make_token();
  loop.add_reader(pipe.read.get(), [token] { ++*token; });
  run_once(loop);
  CHECK_EQ(token.use_count(), 2);
  run_once(loop);
  CHECK_EQ(*token, 2);
  loop.remove_reader(pipe.read.get());
  CHECK_EQ(token.use_count(), 1);
}

TEST("an event is taken before a manual clock skips the time") {
  test::ManualLoop manual;
  EventLoop& loop = manual.loop;
  const Pipe pipe = asyncio::make_pipe();
  put(pipe);
  Log log;
  loop.call_later(1s, [&] {
    log.push_back("timer");
    loop.stop();
  });
  loop.add_reader(pipe.read.get(), [&] {
    log.push_back(take(pipe));
    CHECK(loop.time() == asyncio::TimePoint());
    loop.remove_reader(pipe.read.get());
  });
  loop.run_forever();
  CHECK_EQ(log, Log({"x", "timer"}));
}

// Five signals: without end, they come faster than a slow machine takes them.
volatile std::sig_atomic_t signals = 0;
void count_signal(int) {
  signals = signals + 1;
  const itimerval none{};
  if (signals == 5) ::setitimer(ITIMER_REAL, &none, nullptr);
}

TEST("a signal that interrupts the wait does not end the loop") {
  struct sigaction action {}, before {};
  signals = 0;
  action.sa_handler = count_signal;
  ::sigaction(SIGALRM, &action, &before);
  itimerval timer{{0, 2000}, {0, 2000}};  // every 2 ms
  itimerval none{};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
  EventLoop loop;
  const asyncio::TimePoint when = loop.time() + 20ms;
  loop.call_at(when, [&] { loop.stop(); });
  loop.run_forever();
  ::setitimer(ITIMER_REAL, &none, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  CHECK(loop.time() >= when);
  CHECK(signals > 0);
}

}  // namespace
