#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/socket.hpp"
#include "echo_server.hpp"
#include "exercises/expect.hpp"

using asyncio::Address;
using asyncio::Socket;
using exercise::EchoServer;
using exercise::expect;
using exercise::expect_equal;
using exercise::fail;

namespace {

// How long nothing may come before the test takes it for never. Once that has
// happened, the rest of the tests need not be as patient.
std::chrono::milliseconds patience(3000);

// Ends the program, with words, if a visit() does not return.
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
  void visited() {
    const std::lock_guard lock(mutex_);
    ++visits_;
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    for (;;) {
      const long before = visits_;
      if (changed_.wait_for(lock, std::chrono::seconds(10),
                            [&] { return done_; }))
        return;
      if (visits_ == before) break;
    }
    std::puts(
        "  visit() has not returned for 10 seconds\n"
        "  look: which line waits for one client, by a call that blocks "
        "or by asking until it has worked?");
    std::fflush(stdout);
    std::_Exit(1);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  long visits_ = 0;
  std::thread thread_;  // last: it uses the others
};

struct World {
  World() : World(Socket::listen_on(Address::loopback(0))) {}

  Socket connect() {
    Socket client = Socket::create(AF_INET);
    client.connect(address);
    client.set_nonblocking();
    return client;
  }

  void visit() {
    watchdog.visited();
    try {
      server.visit();
    } catch (const std::exception& error) {
      fail("visit() threw \"" + std::string(error.what()) + "\"",
           "a connection that breaks is the affair of one client");
    }
  }

  // Visits until the condition holds, or nothing comes any more.
  template <class Condition>
  void visit_until(Condition condition) {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + patience;
    while (!condition()) {
      if (Clock::now() > end) return give_up();
      visit();
      if (std::exchange(something_came, false)) {
        end = Clock::now() + patience;
      } else {
        ::poll(nullptr, 0, 1);  // the kernel needs a moment, too
      }
    }
  }
  static void give_up() { patience = std::chrono::milliseconds(200); }

  // What comes back to the client, until as many bytes have come.
  std::string answer(Socket& client, std::size_t size) {
    std::string came;
    visit_until([&] { return !receive(client, came) || came.size() >= size; });
    return came;
  }

  // Adds what has come. False at the end of the stream.
  static bool receive(Socket& client, std::string& came) {
    static char buffer[65536];
    while (const auto size = client.try_recv(buffer, sizeof buffer)) {
      if (*size == 0) return false;
      something_came = true;
      came.append(buffer, *size);
    }
    return true;
  }

  Address address;
  EchoServer server;
  Watchdog watchdog;
  static inline bool something_came = false;

 private:
  explicit World(Socket listener)
      : address(listener.local_address()), server(std::move(listener)) {}
};

void send(Socket& client, std::string_view text) {
  expect(client.try_send(text) == text.size(), "a few bytes can be sent",
         "the test itself is in trouble here");
}

// Text in which no two places look alike.
std::string text(std::size_t size) {
  std::string numbers;
  for (int i = 0; numbers.size() < size; ++i) {
    numbers += std::to_string(i) + ' ';
  }
  return numbers.substr(0, size);
}

}  // namespace

TEST("what a client sends comes back") {
  World world;
  world.visit();
  Socket client = world.connect();
  send(client, "hello");
  expect_equal("what came back for \"hello\"", world.answer(client, 5), "hello",
               "receive into `unsent`, and send from it");
  send(client, "again");
  expect_equal("what came back for \"again\"", world.answer(client, 5), "again",
               "each visit goes on where the last one stopped");
}

TEST("a silent client holds up nobody") {
  World world;
  Socket silent = world.connect();
  world.visit();
  Socket client = world.connect();
  send(client, "hello");
  expect_equal("what came back to the second client", world.answer(client, 5),
               "hello", "is the first one asked until it says something?");
  expect_equal("the number of clients", world.server.clients(), 2,
               "\"nothing now\" is not the end");
}

TEST("each of a hundred clients gets its own bytes") {
  World world;
  std::list<Socket> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(world.connect());
    send(clients.back(), "I am " + std::to_string(100 + i));
  }
  int i = 0;
  for (Socket& client : clients) {
    const std::string expected = "I am " + std::to_string(100 + i++);
    expect_equal("what came back to one of a hundred clients",
                 world.answer(client, expected.size()), expected,
                 "each client has a buffer of its own");
  }
}

TEST("who sends much before he reads gets all of it, and then the end") {
  World world;
  Socket other = world.connect();
  Socket client = world.connect();
  const std::string sent = text(12'000'000);
  std::string_view unsent = sent;
  // Sends until all is sent, or the server has long not read any more.
  for (int idle = 0; !unsent.empty() && idle < 1000; ++idle) {
    if (const auto size = client.try_send(unsent)) {
      unsent.remove_prefix(*size);
      idle = 0;
    }
    world.visit();
  }
  send(other, "hello");
  expect_equal("what came back to another client meanwhile",
               world.answer(other, 5), "hello",
               "a client that does not read holds up nobody");
  std::string came;
  bool open = true, told = false;
  world.visit_until([&] {
    if (!unsent.empty()) {
      if (const auto size = client.try_send(unsent))
        unsent.remove_prefix(*size);
    }
    if (unsent.empty() && !told) {
      client.shutdown_write();
      told = true;
      for (int i = 0; i < 5000; ++i) world.visit();  // it hears of that first
    }
    open = World::receive(client, came);
    return !open;
  });
  expect_equal("how many of 12,000,000 bytes came back", came.size(),
               sent.size(),
               "what the kernel did not take is still owed, also after the end "
               "of what the client sends");
  expect(came == sent, "they came back in their order",
         "send from the front of `unsent`, and take off what was sent");
  expect(!open, "the connection is closed once all has come back",
         "when is a client that is finished done?");
}

TEST("who has left is forgotten") {
  World world;
  {
    Socket client = world.connect();
    send(client, "bye");
    client.shutdown_write();
    std::string came;
    world.visit_until([&] { return !World::receive(client, came); });
    expect_equal("what came back before the end", came, "bye",
                 "the end may come together with the last bytes");
  }
  world.visit_until([&] { return world.server.clients() == 0; });
  expect_equal("the number of clients after the only one has left",
               world.server.clients(), 0, "who erases a client, and when?");
}

TEST("a connection that breaks ends one client and no other") {
  World world;
  Socket client = world.connect();
  {
    Socket broken = world.connect();
    send(broken, "x");
    world.answer(broken, 1);
    const linger at_once{1, 0};  // close() then resets the connection
    ::setsockopt(broken.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  world.visit_until([&] { return world.server.clients() == 1; });
  expect_equal("the number of clients after one of two was reset",
               world.server.clients(), 1,
               "an error of one socket ends its client");
  send(client, "hello");
  expect_equal("what came back to the other client", world.answer(client, 5),
               "hello", "the others go on");
}
