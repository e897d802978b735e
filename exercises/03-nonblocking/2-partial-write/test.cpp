#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "exercises/expect.hpp"
#include "outbox.hpp"

using asyncio::Socket;
using exercise::expect;
using exercise::expect_equal;
using exercise::Outbox;

namespace {

// Ends the program, with words, if flush() does not return. The right flush()
// takes a moment; this bounds the wrong one.
class Watchdog {
 public:
  Watchdog() : thread_([this] { watch(); }) {}
  Watchdog(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::seconds(10),
                          [&] { return done_; })) {
      return;
    }
    std::puts(
        "  flush() has not returned for 10 seconds\n"
        "  look: nobody reads at the other end, so the kernel will take "
        "no more; who may wait for that?");
    std::fflush(stdout);
    std::_Exit(1);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;  // last: it uses the others
};

struct Ends {
  Ends() {
    here.set_nonblocking();
    there.set_nonblocking();
  }
  std::pair<Socket, Socket> both = Socket::pair();
  Socket& here = both.first;
  Socket& there = both.second;
};

// All that has come.
std::string receive(Socket& socket) {
  static char buffer[65536];
  std::string came;
  while (const auto size = socket.try_recv(buffer, sizeof buffer)) {
    if (*size == 0) break;
    came.append(buffer, *size);
  }
  return came;
}

// Flushes and receives in turn until all `size` bytes have come, or more, or
// the outbox says that nothing is left, which is the result.
bool send_all(Outbox& outbox, Ends& ends, std::size_t size, std::string& came) {
  bool gone = false;
  for (int visit = 0; !gone && came.size() <= size && visit < 100'000;
       ++visit) {
    came += receive(ends.there);
    gone = outbox.flush(ends.here);
  }
  came += receive(ends.there);
  return gone;
}

// Text in which no two places look alike.
std::string text(std::size_t size) {
  std::string numbers;
  for (int i = 0; numbers.size() < size; ++i) {
    numbers += std::to_string(i) + ' ';
  }
  return numbers.substr(0, size);
}

// The first place at which they differ.
std::size_t first_difference(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

TEST("short messages arrive, one behind the other") {
  Ends ends;
  Outbox outbox;
  outbox.write("one");
  outbox.write("two");
  expect(outbox.flush(ends.here), "flush() of six bytes says that all has gone",
         "true means that nothing is left");
  outbox.write("three");
  expect(outbox.flush(ends.here), "flush() of five more says the same",
         "true means that nothing is left");
  expect(outbox.flush(ends.here), "flush() of an empty outbox is true",
         "there is nothing to send");
  expect_equal("what arrived", receive(ends.there), "onetwothree",
               "everything once, in the order in which it was written");
}

TEST("a long message arrives once, while its reader is slow") {
  Ends ends;
  Outbox outbox;
  const Watchdog watchdog;
  const std::string sent = text(4'000'000);  // more than the kernel keeps
  std::string came;
  outbox.write(sent);
  expect(!outbox.flush(ends.here),
         "flush() of 4,000,000 bytes that nobody reads is false",
         "the kernel takes a part; the rest is still to be sent");
  const bool gone = send_all(outbox, ends, sent.size(), came);
  expect_equal("how many of 4,000,000 bytes arrived right",
               first_difference(came, sent), sent.size(),
               "where does the second flush begin to send?");
  expect_equal("how many bytes arrived", came.size(), sent.size(),
               "what was sent once must not be sent again");
  expect(gone, "flush() is true once all has gone",
         "when is nothing left to be sent?");
}

TEST("what is written between two visits comes behind what waits") {
  Ends ends;
  Outbox outbox;
  const Watchdog watchdog;
  const std::string first = text(3'000'000);
  outbox.write(first);
  outbox.flush(ends.here);
  outbox.write("the end");
  std::string came;
  send_all(outbox, ends, first.size() + 7, came);
  expect_equal("the last bytes that arrived",
               came.substr(came.size() - std::min<std::size_t>(7, came.size())),
               "the end", "first in, first out");
  expect(came == first + "the end", "all of it arrived once and in order",
         "what was sent once must not be sent again");
}
