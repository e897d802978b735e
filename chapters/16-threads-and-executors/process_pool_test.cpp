// Worker processes. Of CPython's test_concurrent_futures, the cases that
// speak of processes: test_killed_child (BrokenProcessPool), test_traceback
// (here the text of the error), test_submit, the shutdown cases.

#include "16-threads-and-executors/process_pool.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "11-gather/gather.hpp"
#include "16-threads-and-executors/wrap_future.hpp"
#include "common/descriptor.hpp"
#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;

long add_up(long count) {
  long sum = 0;
  for (long i = 1; i <= count; ++i) sum += i;
  return sum;
}
std::string shout(std::string text) { return text + "!"; }
int fail(int code) {
  throw std::runtime_error("broke with " + std::to_string(code));
}
int own_pid(int) { return static_cast<int>(::getpid()); }
int die(int signal_number) {
  ::raise(signal_number);
  return 0;
}
int read_byte(int fd) {
  char byte = 0;
  return ::read(fd, &byte, 1) == 1 ? byte : -1;
}
int forget(int value) {
  static int last = 0;
  return std::exchange(last, value);
}

struct Point {
  double x = 0, y = 0;
};
Point mirror(Point p) { return {p.y, p.x}; }

TEST("a function runs in another process, and its result comes back") {
  ProcessPoolExecutor pool(2);
  CHECK_EQ(pool.submit(add_up, 1000).result(), 500500);
  CHECK_EQ(pool.submit(shout, "hello").result(), "hello!");
  const int pid = pool.submit(own_pid, 0).result();
  CHECK(pid != ::getpid());
  auto pids = pool.processes();
  CHECK(pid == pids[0] || pid == pids[1]);
  auto point = pool.submit(mirror, Point{1, 2});
  CHECK_EQ(point.result().x, 2);
}

TEST("what it throws comes back as text, and the worker lives on") {
  ProcessPoolExecutor pool(1);
  const int before = pool.submit(own_pid, 0).result();
  CHECK_THROWS(RemoteError, pool.submit(fail, 3).result());
  CHECK_WHAT(pool.submit(fail, 4).result(), "broke with 4");
  CHECK_EQ(pool.submit(own_pid, 0).result(), before);
}

TEST("a worker shares no memory with us, and keeps its own") {
  ProcessPoolExecutor pool(1);
  CHECK_EQ(pool.submit(forget, 5).result(), 0);
  CHECK_EQ(pool.submit(forget, 6).result(), 5);
  CHECK_EQ(forget(0), 0);
}

TEST("an argument and a result may be megabytes, or nothing") {
  ProcessPoolExecutor pool(1);
  const std::string big(5'000'000, 'x');
  CHECK(pool.submit(shout, big).result() == big + "!");
  CHECK_EQ(pool.submit(shout, "").result(), "!");
}

TEST("a call for each worker runs at once, the others wait") {
  ProcessPoolExecutor pool(3);
  std::vector<ConcurrentFuture<int>> calls;
  for (int i = 0; i < 30; ++i) calls.push_back(pool.submit(own_pid, 0));
  const auto pids = pool.processes();
  for (auto& call : calls) {
    CHECK(std::find(pids.begin(), pids.end(), call.result()) != pids.end());
  }
}

TEST("a worker that dies breaks the pool, for what runs and what waits") {
  ProcessPoolExecutor pool(1);
  auto dies = pool.submit(die, SIGKILL);
  auto waits = pool.submit(add_up, 10);
  CHECK_THROWS(BrokenProcessPool, dies.result());
  CHECK_THROWS(BrokenProcessPool, waits.result());
  CHECK_THROWS(BrokenProcessPool, pool.submit(add_up, 10));
}

TEST("Ctrl-C while a worker computes mixes up no answers") {
  const Pipe pipe = make_pipe();
  ProcessPoolExecutor pool(1);
  const Interrupt interrupt;
  auto call = pool.submit(read_byte, pipe.read.get());
  while (!call.running()) std::this_thread::yield();
  ::raise(SIGINT);
  CHECK(interrupted());
  CHECK_EQ(::write(pipe.write.get(), "a", 1), 1);
  CHECK_EQ(call.result(), 'a');
  clear_interrupt();
  CHECK_EQ(pool.submit(add_up, 10).result(), 55);
}

TEST("a call that waits can be cancelled") {
  ProcessPoolExecutor pool(1);
  std::vector<ConcurrentFuture<long>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(pool.submit(add_up, 100'000));
  const bool cancelled = calls.back().cancel();
  CHECK(cancelled);
  CHECK_THROWS(CancelledError, calls.back().result());
  CHECK_EQ(calls.front().result(), 5000050000);
}

TEST("the workers are gone after shutdown, and descriptors too") {
  const int before = test::open_descriptors();
  std::vector<pid_t> pids;
  {
    ProcessPoolExecutor pool(3);
    pool.submit(add_up, 10).result();
    pids = pool.processes();
    pool.shutdown();
    pool.shutdown();
    CHECK_WHAT(pool.submit(add_up, 10), "after shutdown");
  }
  for (pid_t pid : pids) {
    CHECK_EQ(::waitpid(pid, nullptr, 0), -1);
    CHECK_EQ(errno, ECHILD);
  }
  CHECK_EQ(test::open_descriptors(), before);
}

// The next two descriptors can be opened, and no more.
class TwoDescriptors {
 public:
  TwoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const Descriptor first(::dup(0)), second(::dup(0));
    rlimit tight = before_;
    tight.rlim_cur = static_cast<rlim_t>(second.get()) + 1;
    ::setrlimit(RLIMIT_NOFILE, &tight);
  }
  ~TwoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

TEST("when a worker cannot be started, those before it are ended") {
  const int before = test::open_descriptors();
  // Made once before: UBSan needs a descriptor to look at a new kind of error.
  const std::string expected = os_error(EMFILE, "socketpair", "").what();
  std::string error;
  try {
    const TwoDescriptors enough_for_one;
    ProcessPoolExecutor pool(3);
  } catch (const std::system_error& failed) {
    error = failed.what();
  }
  CHECK_EQ(error, expected);
  CHECK_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  CHECK_EQ(errno, ECHILD);
  CHECK_EQ(test::open_descriptors(), before);
}

TEST("a pool of no process is refused") {
  CHECK_WHAT(ProcessPoolExecutor(0), "must be greater than 0");
}

TEST("in a coroutine, wrap_future makes it awaitable, and the loop goes on") {
  ProcessPoolExecutor pool(2);
  test::manual_run([&pool]() -> Coro<> {
    auto [a, b] = co_await gather(wrap_future(pool.submit(add_up, 10)),
                                  wrap_future(pool.submit(add_up, 100)));
    CHECK_EQ(a, 55);
    CHECK_EQ(b, 5050);
    std::string what;
    try {
      co_await wrap_future(pool.submit(fail, 1));
    } catch (const RemoteError& error) {
      what = error.what();
    }
    CHECK_EQ(what, "broke with 1");
  });
}

TEST("a worker ends when its parent does, without a word from it") {
  int fds[2];
  CHECK_EQ(::pipe(fds), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto* pool = new ProcessPoolExecutor(2);  // and never its destructor
    pool->submit(add_up, 10).result();
    const auto pids = pool->processes();
    ::close(fds[0]);
    [[maybe_unused]] auto n = ::write(fds[1], "!", 1);
    ::_exit(0);
  }
  ::close(fds[1]);
  ::waitpid(parent, nullptr, 0);
  char byte;
  CHECK_EQ(::read(fds[0], &byte, 1), 1);
  CHECK_EQ(::read(fds[0], &byte, 1), 0);  // all who had the other end are gone
  ::close(fds[0]);
}

}  // namespace
