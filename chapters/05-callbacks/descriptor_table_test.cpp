// Waiters: what the socket calls of chapter 10 stand on. A descriptor's number
// is used again, and an event must reach the socket that it was meant for.

#include "05-callbacks/descriptor_table.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "05-callbacks/loop_test.hpp"
#include "common/descriptor.hpp"
#include "common/socket.hpp"

namespace {

using asyncio::DescriptorTable;
using asyncio::Duration;
using asyncio::EVENT_READ;
using asyncio::EVENT_WRITE;
using asyncio::EventLoop;
using asyncio::ReadyQueue;
using asyncio::Socket;
using test::Log;
using test::run_once;

class TestWaiter final : public asyncio::IoWaiter {
 public:
  void run() override { ++runs; }
  int runs = 0;
};

// Waits for an event of a socket, as chapter 10 does.
void wait_for(EventLoop& loop, TestWaiter& waiter, const Socket& socket,
              int event) {
  loop.wait_io(waiter, socket.fd(), socket.generation(), event);
}

TEST("a waiter is run once for each wait") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  far.send_all("x");
  TestWaiter waiter;
  wait_for(loop, waiter, near, EVENT_READ);
  CHECK(waiter.waiting());
  for (int i = 0; i < 3; ++i) run_once(loop);
  CHECK_EQ(waiter.runs, 1);  // though the byte is still there
  CHECK(!waiter.waiting());
  wait_for(loop, waiter, near, EVENT_READ);
  run_once(loop);
  CHECK_EQ(waiter.runs, 2);
}

TEST("one waiter may wait to read, and another to write") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  TestWaiter reader, writer;
  wait_for(loop, reader, near, EVENT_READ);
  wait_for(loop, writer, near, EVENT_WRITE);
  run_once(loop);
  CHECK_EQ(writer.runs, 1);
  CHECK_EQ(reader.runs, 0);
  far.send_all("x");
  run_once(loop);
  CHECK_EQ(reader.runs, 1);
}

TEST("a second waiter for the same event is refused, as is a handler") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  const int fd = near.fd();
  TestWaiter first, second;
  wait_for(loop, first, near, EVENT_READ);
  CHECK_WHAT(wait_for(loop, second, near, EVENT_READ),
             "another call waits for it already");
  CHECK_WHAT(loop.add_reader(fd, [] {}), "a socket call waits there");
  loop.cancel_io(first);
  loop.add_reader(fd, [] {});
  CHECK_THROWS(std::runtime_error, wait_for(loop, first, near, EVENT_READ));
  CHECK(!first.waiting());
  loop.remove_reader(fd);
}

TEST("a cancelled waiter is not run, and may wait again") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  far.send_all("x");
  TestWaiter waiter;
  wait_for(loop, waiter, near, EVENT_READ);
  loop.cancel_io(waiter);
  loop.cancel_io(waiter);  // harmless
  CHECK(!waiter.waiting());
  run_once(loop);
  CHECK_EQ(waiter.runs, 0);
  wait_for(loop, waiter, near, EVENT_READ);
  run_once(loop);
  CHECK_EQ(waiter.runs, 1);
}

TEST("closing the loop forgets waiters") {
  EventLoop loop;
  auto [near, far] = Socket::pair();
  TestWaiter waiter;
  wait_for(loop, waiter, near, EVENT_READ);
  loop.close();
  CHECK(!waiter.waiting());
  loop.cancel_io(waiter);
  CHECK_WHAT(wait_for(loop, waiter, near, EVENT_READ), "loop is closed");
}

TEST("a socket that waits on a reused number gets its own events only") {
  EventLoop loop;
  TestWaiter old_waiter, new_waiter;
  auto [old_near, old_far] = Socket::pair();
  const int number = old_near.fd();
  const std::uint64_t old_generation = old_near.generation();
  wait_for(loop, old_waiter, old_near, EVENT_READ);
  old_near.close();  // with a waiter: a mistake, that must harm nobody else

  auto [near, far] = Socket::pair();
  CHECK_EQ(near.fd(), number);
  CHECK(near.generation() != old_generation);
  wait_for(loop, new_waiter, near, EVENT_READ);
  run_once(loop);
  CHECK_EQ(old_waiter.runs, 1);  // it finds out that its socket is gone
  CHECK_EQ(new_waiter.runs, 0);
  CHECK(new_waiter.waiting());
  far.send_all("x");
  run_once(loop);
  CHECK_EQ(old_waiter.runs, 1);
  CHECK_EQ(new_waiter.runs, 1);
}

TEST("a registration that a closed socket left behind serves no other") {
  EventLoop loop;
  TestWaiter waiter;
  int number;
  {
    auto [near, far] = Socket::pair();
    number = near.fd();
    far.send_all("x");
    wait_for(loop, waiter, near, EVENT_READ);
    run_once(loop);
    CHECK_EQ(waiter.runs, 1);
  }
  // The kernel has forgotten the number; the table must ask for it afresh.
  auto [near, far] = Socket::pair();
  CHECK_EQ(near.fd(), number);
  far.send_all("x");
  wait_for(loop, waiter, near, EVENT_READ);
  run_once(loop);
  CHECK_EQ(waiter.runs, 2);
}

TEST("the same holds for a reader that is added to a reused number") {
  EventLoop loop;
  TestWaiter waiter;
  int number;
  {
    auto [near, far] = Socket::pair();
    number = near.fd();
    far.send_all("x");
    wait_for(loop, waiter, near, EVENT_READ);
    run_once(loop);
  }
  auto [near, far] = Socket::pair();
  CHECK_EQ(near.fd(), number);
  far.send_all("x");
  int calls = 0;
  loop.add_reader(number, [&] { ++calls; });
  run_once(loop);
  CHECK_EQ(calls, 1);
  loop.remove_reader(number);
}

// A kernel that does what it is told: it writes down each change, and reports
// the events that the test gives it.
class FakeSelector final : public asyncio::Selector {
 public:
  explicit FakeSelector(Log& log) : log_(log) {}
  std::string_view name() const override { return "fake"; }
  std::vector<std::pair<int, int>> coming;  // descriptor and events
  std::optional<Duration> timeout;

 private:
  void update(int, int before, int after) override {
    log_.push_back(std::to_string(before) + "->" + std::to_string(after));
  }
  void wait(std::optional<std::chrono::nanoseconds> a_timeout,
            std::vector<asyncio::SelectorEvent>& ready) override {
    timeout = a_timeout;
    for (auto [fd, events] : coming) report(fd, events, ready);
  }
  Log& log_;
};

struct FakeTable {
  Log log;  // of the kernel
  FakeSelector* kernel = new FakeSelector(log);
  DescriptorTable table{std::unique_ptr<asyncio::Selector>(kernel)};
  ReadyQueue ready;
  const asyncio::Pipe pipe = asyncio::make_pipe();
  const int fd = pipe.read.get();  // some descriptor

  void poll(int events) {
    kernel->coming = {{fd, events}};
    table.poll(std::nullopt, ready);
  }
  std::size_t run_ready() {
    std::size_t count = 0;
    for (; !ready.empty(); ++count) ready.pop().run();
    return count;
  }
};

TEST("waiting again on the same socket costs no system call") {
  FakeTable fake;
  TestWaiter waiter;
  for (int i = 0; i < 5; ++i) {
    fake.table.wait(waiter, fake.fd, 1, EVENT_READ);
    fake.poll(EVENT_READ);
    CHECK_EQ(fake.run_ready(), 1u);
  }
  CHECK_EQ(fake.log, Log({"0->1"}));
  CHECK(!fake.table.has_users());
}

TEST("the first event that nobody waits for ends the registration") {
  FakeTable fake;
  TestWaiter waiter;
  fake.table.wait(waiter, fake.fd, 1, EVENT_READ);
  fake.poll(EVENT_READ);
  fake.poll(EVENT_READ);
  CHECK_EQ(fake.run_ready(), 1u);
  CHECK_EQ(fake.log, Log({"0->1", "1->0"}));
}

TEST("a new generation is registered afresh") {
  FakeTable fake;
  TestWaiter waiter;
  fake.table.wait(waiter, fake.fd, 1, EVENT_READ);
  fake.poll(EVENT_READ);
  fake.table.wait(waiter, fake.fd, 2, EVENT_WRITE);
  CHECK_EQ(fake.log, Log({"0->1", "1->0", "0->2"}));
}

TEST("waiters of a generation that is over run at once, without a wait") {
  FakeTable fake;
  TestWaiter old_waiter, new_waiter;
  fake.table.wait(old_waiter, fake.fd, 1, EVENT_READ);
  fake.table.wait(new_waiter, fake.fd, 2, EVENT_READ);
  fake.table.poll(std::nullopt, fake.ready);
  CHECK(fake.kernel->timeout && *fake.kernel->timeout == Duration::zero());
  CHECK_EQ(fake.run_ready(), 1u);
  CHECK_EQ(old_waiter.runs, 1);
  CHECK(new_waiter.waiting());
}

TEST("a waiter of a generation that is over may be cancelled") {
  FakeTable fake;
  TestWaiter old_waiter, new_waiter;
  fake.table.wait(old_waiter, fake.fd, 1, EVENT_READ);
  fake.table.wait(new_waiter, fake.fd, 2, EVENT_READ);
  CHECK(old_waiter.waiting());
  fake.table.cancel(old_waiter);
  CHECK(!old_waiter.waiting());
  fake.table.poll(std::nullopt, fake.ready);
  CHECK(fake.ready.empty());
  CHECK(new_waiter.waiting());
}

TEST("clearing the table forgets waiters of all generations") {
  FakeTable fake;
  TestWaiter old_waiter, new_waiter;
  fake.table.wait(old_waiter, fake.fd, 1, EVENT_READ);
  fake.table.wait(new_waiter, fake.fd, 2, EVENT_READ);
  fake.table.clear();
  CHECK(!old_waiter.waiting());
  CHECK(!new_waiter.waiting());
  CHECK_EQ(fake.log.back(), "1->0");
  CHECK(!fake.table.has_users());
}

TEST("a hang-up wakes both sides") {
  FakeTable fake;
  TestWaiter reader, writer;
  fake.table.wait(reader, fake.fd, 1, EVENT_READ);
  fake.table.wait(writer, fake.fd, 1, EVENT_WRITE);
  fake.poll(EVENT_READ | EVENT_WRITE);
  CHECK_EQ(fake.run_ready(), 2u);
}

TEST("a closed descriptor cannot be waited for") {
  EventLoop loop;
  TestWaiter waiter;
  Socket closed;
  CHECK_THROWS(std::invalid_argument,
               wait_for(loop, waiter, closed, EVENT_READ));
  CHECK(!waiter.waiting());
}

}  // namespace
