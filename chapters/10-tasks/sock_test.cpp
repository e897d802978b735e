// The socket calls: the cases of CPython's test_sock_lowlevel.py that are on
// streams. Faults of the system stand in sock_faults_test.cpp.
//
// test_sock_client_ops, test_unix_sock_  a client and a server exchange ...
//   client_ops, test_sock_accept
// test_sock_client_racing                a cancelled recv ..., ... recv_into,
//                                          a cancelled sendall ...
// test_sock_client_connect_racing        a cancelled connect ...
// test_huge_content, _recvinto           64 MB arrive ...
// test_sock_client_fail                  (sock_faults_test.cpp)
// test_cancel_sock_accept                a cancelled accept ...
//
// Elsewhere: recvfrom, sendto and their _into (datagrams), create_connection_
// sock: chapter 14. That a blocking socket is refused in debug mode: 20.

#include <chrono>
#include <string>
#include <vector>

#include "08-coroutines/root.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "common/socket.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

struct Ends {
  Socket a, b;
};

Ends make_pair() {
  auto [a, b] = Socket::pair();
  a.set_nonblocking();
  b.set_nonblocking();
  return {std::move(a), std::move(b)};
}

Socket make_listener() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  listener.set_nonblocking();
  return listener;
}

Socket make_client() {
  Socket socket = Socket::create(AF_INET);
  socket.set_nonblocking();
  return socket;
}

// As much as the kernel takes.
std::size_t fill(Socket& socket) {
  const std::string spaces(65536, ' ');
  std::size_t filled = 0;
  while (auto n = socket.try_send(spaces)) filled += *n;
  while (auto n = socket.try_send(" ")) filled += *n;
  return filled;
}

Coro<std::string> recv_all(Socket& socket) {
  std::string all;
  for (;;) {
    std::string piece = co_await sock_recv(socket, 65536);
    if (piece.empty()) co_return all;
    all += piece;
  }
}

}  // namespace

TEST("a client and a server exchange messages over TCP") {
  const int descriptors = test::open_descriptors();
  manual_run([]() -> Coro<> {
    Socket listener = make_listener();
    Address address = listener.local_address();
    Socket client = make_client();
    Task<Socket> accepting = create_task(sock_accept(listener));
    co_await sock_connect(client, address);
    Socket server = co_await accepting;
    CHECK_EQ(server.peer_address().str(), client.local_address().str());
    co_await sock_sendall(client, "ping");
    std::string ping = co_await sock_recv(server, 100);
    CHECK_EQ(ping, "ping");
    co_await sock_sendall(server, "pong");
    char buffer[100];
    std::size_t size = co_await sock_recv_into(client, buffer);
    CHECK_EQ(std::string(buffer, size), "pong");
  });
  CHECK_EQ(test::open_descriptors(), descriptors);
}

TEST("what has come is given without a turn for the others") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    int turns = 0;
    get_running_loop().call_soon([&] { ++turns; });
    co_await sock_sendall(ends.a, "now");
    std::string data = co_await sock_recv(ends.b, 100);
    CHECK_EQ(data, "now");
    CHECK_EQ(turns, 0);
    co_await sleep(0s);
    CHECK_EQ(turns, 1);
  });
}

TEST("recv gives what has come, at most what was asked for") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    co_await sock_sendall(ends.a, "abcdef");
    std::string first = co_await sock_recv(ends.b, 4);
    CHECK_EQ(first, "abcd");
    std::string second = co_await sock_recv(ends.b, 100000);
    CHECK_EQ(second, "ef");
  });
}

TEST("recv waits for what comes later, and the others run meanwhile") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    for (int i = 0; i < 3; ++i) {  // also when the last read took all
      get_running_loop().call_later(1s, [&] { ends.a.try_send("later"); });
      std::string data = co_await sock_recv(ends.b, 100);
      CHECK_EQ(data, "later");
    }
    CHECK_EQ(get_running_loop().time().time_since_epoch() / 1s, 3);
  });
}

TEST("the end of a stream is an empty string, as often as one asks") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    co_await sock_sendall(ends.a, "last");
    ends.a.close();
    std::string last = co_await sock_recv(ends.b, 100);
    CHECK_EQ(last, "last");
    for (int i = 0; i < 3; ++i) {
      std::string end = co_await sock_recv(ends.b, 100);
      CHECK_EQ(end, "");
    }
  });
}

TEST("readable and writable say when a call would not block") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    co_await writable(ends.a);
    Task<> reading = create_task(readable(ends.b));
    co_await sleep(0s);
    co_await sleep(0s);
    CHECK(!reading.done());
    ends.a.try_send("x");
    co_await reading;
    fill(ends.a);
    Task<> writing = create_task(writable(ends.a));
    co_await sleep(0s);
    co_await sleep(0s);
    CHECK(!writing.done());
    ends.b.close();
    co_await writing;
  });
}

TEST("reading and writing may wait on one socket at once") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    const std::size_t filled = fill(ends.a);
    Task<std::string> reading = create_task(sock_recv(ends.a, 100));
    Task<> writing = create_task(sock_sendall(ends.a, "the end"));
    co_await sleep(0s);
    ends.b.try_send("hello");
    std::string hello = co_await reading;
    CHECK_EQ(hello, "hello");
    CHECK(!writing.done());
    Task<std::string> draining = create_task(recv_all(ends.b));
    co_await writing;
    ends.a.close();
    std::string all = co_await draining;
    CHECK_EQ(all.size(), filled + 7);
    CHECK_EQ(all.substr(filled), "the end");
  });
}

TEST("64 MB arrive, in many parts, while both sides wait for each other") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    std::string sent(64u << 20, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) {
      sent[i] = static_cast<char>(i * 2654435761u >> 24);
    }
    auto send = [](Socket socket, std::string_view data) -> Coro<> {
      co_await sock_sendall(socket, data);
    };
    Task<> sending = create_task(send(std::move(ends.a), sent));
    std::string buffer(100'000, '\0');
    std::size_t received = 0;
    for (;;) {
      std::size_t size = co_await sock_recv_into(ends.b, buffer);
      if (size == 0) break;
      CHECK(sent.compare(received, size, buffer, 0, size) == 0);
      received += size;
    }
    CHECK_EQ(received, sent.size());
    co_await sending;
  });
}

// ---- cancelling

TEST("a cancelled recv leaves the socket to the next one, at once") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    Task<std::string> first = create_task(sock_recv(ends.b, 100));
    co_await sleep(0s);
    first.cancel();
    Task<> sending = create_task(sock_sendall(ends.a, "for the second"));
    std::string data = co_await sock_recv(ends.b, 100);
    CHECK_EQ(data, "for the second");
    CHECK(first.cancelled());
    co_await sending;
  });
}

TEST("a cancelled recv_into leaves the socket to the next one, at once") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    char buffer[100];
    Task<std::size_t> first = create_task(sock_recv_into(ends.b, buffer));
    co_await sleep(0s);
    first.cancel();
    Task<> sending = create_task(sock_sendall(ends.a, "for the second"));
    std::size_t size = co_await sock_recv_into(ends.b, buffer);
    CHECK_EQ(std::string(buffer, size), "for the second");
    co_await sending;
  });
}

TEST("a cancelled sendall leaves the socket to the next one, at once") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    const std::size_t filled = fill(ends.a);
    Task<> first = create_task(sock_sendall(ends.a, "hello"));
    co_await sleep(0s);
    first.cancel();
    Task<std::string> receiving = create_task(recv_all(ends.b));
    co_await sock_sendall(ends.a, "world");
    ends.a.close();
    std::string all = co_await receiving;
    CHECK_EQ(all.substr(filled), "world");
  });
}

TEST("a cancelled accept loses no connection") {
  manual_run([]() -> Coro<> {
    Socket listener = make_listener();
    Task<Socket> first = create_task(sock_accept(listener));
    co_await sleep(0s);
    first.cancel();
    Socket client = make_client();
    Task<> connecting =
        create_task(sock_connect(client, listener.local_address()));
    Socket server = co_await sock_accept(listener);
    co_await connecting;
    CHECK(first.cancelled());
    CHECK_EQ(server.peer_address().str(), client.local_address().str());
  });
}

TEST("a cancelled connect can be made again") {
  manual_run([]() -> Coro<> {
    Socket listener = make_listener();
    Socket client = make_client();
    Task<> first = create_task(sock_connect(client, listener.local_address()));
    first.cancel();
    co_await sleep(0s);
    CHECK(first.cancelled());
    co_await sock_connect(client, listener.local_address());
    Socket server = co_await sock_accept(listener);
    CHECK(bool(server));
  });
}

TEST("what came before a cancel is not lost: the cancel waits") {
  manual_run([]() -> Coro<> {
    Ends ends = make_pair();
    Ends other = make_pair();
    std::string got;
    auto work = [&]() -> Coro<> {
      got = co_await sock_recv(ends.b, 100);
      co_await sleep(1s);
    };
    Task<> task = create_task(work());
    co_await sleep(0s);
    // Both sockets become ready in one iteration: first the task's, then the
    // one whose handler cancels it, when the data has been taken.
    EventLoop& loop = get_running_loop();
    loop.add_reader(other.b.fd(), [&] {
      task.cancel("after the data");
      loop.remove_reader(other.b.fd());
    });
    ends.a.try_send("precious");
    other.a.try_send("x");
    std::string message;
    try {
      co_await task;
    } catch (const CancelledError& error) {
      message = error.message();
    }
    CHECK_EQ(got, "precious");
    CHECK_EQ(message, "after the data");
  });
}

TEST("a loop that is destroyed while a task waits for a socket forgets it") {
  const long frames = FramePool::live();
  Ends ends = make_pair();
  {
    EventLoop loop(test::manual_clock());
    auto receive = [&]() -> Coro<> { co_await sock_recv(ends.b, 100); };
    Task<> task(loop, receive());
    loop.call_soon([&] { loop.stop(); });
    loop.run_forever();
  }
  CHECK_EQ(FramePool::live(), frames);
}

TEST("who waits for a socket may be destroyed between event and callback") {
  EventLoop loop;
  Ends ends = make_pair();
  auto receive = [](Socket& socket) -> Coro<std::string> {
    co_return co_await sock_recv(socket, 100);
  };
  auto root = std::make_unique<Root<std::string>>(loop, receive(ends.a));
  root->run();
  ends.b.try_send("x");
  // The event goes into the queue in the same iteration, behind this.
  loop.call_soon([&] { root.reset(); });
  loop.stop();
  loop.run_forever();
  CHECK(!root);
}

TEST("who waits for a socket may outlive the loop") {
  Ends ends = make_pair();
  std::unique_ptr<Root<>> roots[2];
  {
    EventLoop loop;
    auto receive = [](Socket& socket) -> Coro<> {
      co_await sock_recv(socket, 100);
    };
    auto nap = []() -> Coro<> { co_await sleep(1h); };
    roots[0] = std::make_unique<Root<>>(loop, receive(ends.a));
    roots[1] = std::make_unique<Root<>>(loop, nap());
    for (auto& root : roots) root->run();
  }
}
