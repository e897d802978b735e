// Signals that come while a socket call blocks.

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "common/error.hpp"
#include "common/interrupt.hpp"
#include "common/socket.hpp"
#include "common/test.hpp"

namespace {

using asyncio::Address;
using asyncio::Socket;
using namespace std::chrono_literals;

std::string receive_all(Socket& socket) {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t count = socket.recv(buffer, sizeof buffer)) {
    text.append(buffer, count);
  }
  return text;
}

// While it exists, the thread that made it is hit by SIGUSR1 again and again:
// `signals` times and, if that is 0, until the end.
class Hail {
 public:
  explicit Hail(int signals) : left_(signals == 0 ? -1 : signals) {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART: calls get EINTR
    ::sigaction(SIGUSR1, &action, &old_);
    thread_ = std::thread([this, target = ::pthread_self()] {
      while (!stop_ && left_ != 0) {
        ::pthread_kill(target, SIGUSR1);
        ::poll(nullptr, 0, 1);
        if (left_ > 0) --left_;
      }
      left_ = 0;
    });
  }
  ~Hail() {
    stop_ = true;
    thread_.join();
    ::sigaction(SIGUSR1, &old_, nullptr);
  }
  bool over() const { return left_ == 0; }

 private:
  struct sigaction old_ {};
  std::atomic<bool> stop_{false};
  std::atomic<int> left_;
  std::thread thread_;
};

TEST("recv starts again after a signal") {
  auto [left, right] = Socket::pair();
  const Hail hail(10);
  std::thread sender([&hail, &peer = right] {
    while (!hail.over()) ::poll(nullptr, 0, 1);
    peer.send_all("late");
  });
  char buffer[16];
  CHECK_EQ(left.recv(buffer, sizeof buffer), 4);
  sender.join();
}

TEST("accept starts again after a signal") {
  Socket listener = Socket::listen_on(Address::loopback(0));
  const Hail hail(10);
  Socket client;
  std::thread connector([&] {
    while (!hail.over()) ::poll(nullptr, 0, 1);
    client = Socket::create(AF_INET);
    client.connect(listener.local_address());
  });
  CHECK(listener.accept());
  connector.join();
}

TEST("send_all sends all, through partial writes and signals") {
  auto [left, right] = Socket::pair();
  const std::string sent(8 << 20, 'x');
  std::string received;
  std::thread receiver(
      [&received, &peer = right] { received = receive_all(peer); });
  {
    const Hail hail(0);
    left.send_all(sent);
  }
  left.close();
  receiver.join();
  CHECK(received == sent);
}

TEST("a connect that a signal cuts short goes on, and still times out") {
  Socket listener = Socket::listen_on(Address::loopback(0), 0);
  const Address address = listener.local_address();
  std::vector<Socket> queued;  // until the queue is full and a connect waits
  std::exception_ptr error;
  const Hail hail(10);
  for (int i = 0; i < 8 && !error; ++i) {
    queued.push_back(Socket::create(AF_INET));
    queued.back().set_timeout(20ms);
    try {
      queued.back().connect(address);
    } catch (...) {
      error = std::current_exception();
    }
  }
  if (!error) test::skip("this system queues every connection");
  CHECK_EQ(asyncio::describe(error),
           "connect " + address.str() + ": Connection timed out");
}

TEST("Ctrl-C cuts a blocking recv short") {
  auto [left, right] = Socket::pair();
  const asyncio::Interrupt interrupt;
  const Hail hail(0);  // ends the wait if SIGINT comes just before it begins
  std::thread presser([target = ::pthread_self()] {
    ::poll(nullptr, 0, 20);
    ::pthread_kill(target, SIGINT);
  });
  char byte = 0;
  CHECK_THROWS(asyncio::Interrupted, left.recv(&byte, 1));
  presser.join();
}

}  // namespace
