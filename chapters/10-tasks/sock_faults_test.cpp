// What goes wrong with sockets: each is an error with operation, subject and
// cause, comes out of the await, and leaves the loop as it was.

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <system_error>

#include "10-tasks/echo_server.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"

namespace {

using namespace std::chrono_literals;
using namespace asyncio;
using test::manual_run;

struct Connection {
  Socket client, server;
};

Coro<Connection> connect() {
  Socket listener = Socket::listen_on(Address::loopback(0));
  listener.set_nonblocking();
  Connection made;
  made.client = Socket::create(AF_INET);
  made.client.set_nonblocking();
  co_await sock_connect(made.client, listener.local_address());
  made.server = co_await sock_accept(listener);
  co_return made;
}

// Closes a socket so that its peer gets a reset instead of an end.
void reset(Socket& socket) {
  const linger now{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket.close();
}

template <class T>
std::string error_of(const Task<T>& task) {
  try {
    task.result();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

Coro<std::string> accept_error(Socket& listener) {
  try {
    co_await sock_accept(listener);
  } catch (const std::system_error& error) {
    co_return error.what();
  }
  co_return "";
}

// A socket that does not listen: accept fails on it as well.
Socket deaf_socket() {
  Socket socket = Socket::create(AF_INET);
  socket.set_nonblocking();
  return socket;
}

// As long as it lives, no further descriptor is to be had.
//
// UndefinedBehaviorSanitizer needs two, for a pipe, the first time that it
// looks at an object of some kind. So what is to happen without descriptors
// is done once before, with a deaf socket.
class NoDescriptorLeft {
 public:
  NoDescriptorLeft() {
    getrlimit(RLIMIT_NOFILE, &old_);
    rlimit none = old_;
    const int next = dup(0);
    none.rlim_cur = static_cast<rlim_t>(next);
    close(next);
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptorLeft() { setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_;
};

}  // namespace

TEST("nobody listens: connect is refused, by name") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    const Address address = listener.local_address();
    listener.close();
    Socket client = Socket::create(AF_INET);
    client.set_nonblocking();
    Task<> task = create_task(sock_connect(client, address));
    while (!task.done()) co_await sleep(0s);
    CHECK_EQ(error_of(task),
             "connect " + address.str() + ": Connection refused");
  });
}

TEST("a reset comes out of the recv that waits for it") {
  manual_run([]() -> Coro<> {
    Connection made = co_await connect();
    Task<std::string> task = create_task(sock_recv(made.client, 100));
    co_await sleep(0s);
    const std::string server = made.client.peer_address().str();
    reset(made.server);
    while (!task.done()) co_await sleep(0s);
    CHECK_EQ(error_of(task),
             "recv " + server + ": Connection reset by peer");
  });
}

TEST("a peer that goes away in the middle of sendall is an error, no signal") {
  manual_run([]() -> Coro<> {
    Connection made = co_await connect();
    const std::string much(64u << 20, 'x');
    Task<> task = create_task(sock_sendall(made.client, much));
    co_await sleep(0s);
    CHECK(!task.done());
    reset(made.server);
    while (!task.done()) co_await sleep(0s);
    const std::string error = error_of(task);
    CHECK_EQ(error.substr(0, 15), "send 127.0.0.1:");
  });
}

TEST("an error that meets a cancel gives way to it") {
  manual_run([]() -> Coro<> {
    Connection made = co_await connect();
    auto [a, b] = Socket::pair();
    Task<std::string> task = create_task(sock_recv(made.client, 100));
    co_await sleep(0s);
    EventLoop& loop = get_running_loop();
    const int fd = b.fd();
    loop.add_reader(fd, [&] {
      task.cancel();
      loop.remove_reader(fd);
    });
    reset(made.server);
    a.send_all("x");
    while (!task.done()) co_await sleep(0s);
    CHECK(task.cancelled());
  });
}

TEST("no descriptor is left: accept says so, and loses no connection") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    listener.set_nonblocking();
    const std::string name = listener.local_address().str();
    Socket client = Socket::create(AF_INET);
    client.set_nonblocking();
    co_await sock_connect(client, listener.local_address());
    Socket deaf = deaf_socket();
    std::string error = co_await accept_error(deaf);
    CHECK_EQ(error.substr(error.rfind(':')), ": Invalid argument");
    {
      NoDescriptorLeft none;
      error = co_await accept_error(listener);
    }
    CHECK_EQ(error, "accept " + name + ": Too many open files");
    Socket server = co_await sock_accept(listener);
    CHECK(bool(server));
  });
}

TEST("an echo server that runs out of descriptors goes on a second later") {
  manual_run([]() -> Coro<> {
    Socket listener = Socket::listen_on(Address::loopback(0));
    const Address address = listener.local_address();
    Task<> deaf = create_task(echo::serve(deaf_socket()));
    co_await sleep(1ms);
    deaf.cancel();
    create_task(echo::serve(std::move(listener)));
    Socket early = Socket::create(AF_INET);
    early.set_nonblocking();
    co_await sock_connect(early, address);
    co_await sock_sendall(early, "there?");
    std::string answer = co_await sock_recv(early, 100);
    CHECK_EQ(answer, "there?");
    Socket late = Socket::create(AF_INET);
    late.set_nonblocking();
    {
      NoDescriptorLeft none;
      late.start_connect(address);
      co_await sleep(500ms);
    }
    co_await sock_sendall(late, "still there?");
    answer = co_await sock_recv(late, 100);
    CHECK_EQ(answer, "still there?");
  });
}

TEST("two that wait to read one socket are one too many") {
  manual_run([]() -> Coro<> {
    auto [a, b] = Socket::pair();
    a.set_nonblocking();
    b.set_nonblocking();
    Task<std::string> first = create_task(sock_recv(b, 100));
    Task<std::string> second = create_task(sock_recv(b, 100));
    co_await sleep(0s);
    CHECK_EQ(error_of(second), "wait for descriptor " + std::to_string(b.fd()) +
                                   ": another call waits for it already");
    a.try_send("for the first");
    std::string data = co_await first;
    CHECK_EQ(data, "for the first");
  });
}

TEST("a call on a closed socket is an error") {
  manual_run([]() -> Coro<> {
    Socket closed;
    Task<std::string> receiving = create_task(sock_recv(closed, 100));
    Task<> sending = create_task(sock_sendall(closed, "x"));
    Task<> waiting = create_task(readable(closed));
    co_await sleep(0s);
    CHECK_EQ(error_of(receiving).substr(0, 4), "recv");
    CHECK_EQ(error_of(sending).substr(0, 4), "send");
    CHECK_EQ(error_of(waiting), "watch a descriptor: it is closed");
  });
}

// ---- a descriptor's number is used again

namespace {

// The task waits for `old`, which is closed under its feet; the number goes to
// the pair that is returned.
Coro<std::pair<Socket, Socket>> take_number_of(Socket& old) {
  const int number = old.fd();
  old.close();
  auto pair = Socket::pair();
  for (Socket* end : {&pair.first, &pair.second}) end->set_nonblocking();
  if (pair.first.fd() == number) std::swap(pair.first, pair.second);
  CHECK_EQ(pair.second.fd(), number);
  co_return std::move(pair);
}

}  // namespace

TEST("a new socket with an old number gets its own events") {
  manual_run([]() -> Coro<> {
    auto [a, old] = Socket::pair();
    old.set_nonblocking();
    Task<std::string> task = create_task(sock_recv(old, 100));
    co_await sleep(0s);
    auto [peer, fresh] = co_await take_number_of(old);
    Task<std::string> next = create_task(sock_recv(fresh, 100));
    co_await sleep(0s);
    peer.try_send("for the new one");
    std::string data = co_await next;
    CHECK_EQ(data, "for the new one");
    // The one that waited for the closed socket is told so.
    while (!task.done()) co_await sleep(0s);
    CHECK_EQ(error_of(task).substr(0, 4), "recv");
  });
}

TEST("who waited for a closed socket may be cancelled at any moment") {
  // How many turns after the number's new owner began to wait.
  for (int turns = 0; turns < 4; ++turns) {
    manual_run([&]() -> Coro<> {
      auto [a, old] = Socket::pair();
      old.set_nonblocking();
      Task<std::string> task = create_task(sock_recv(old, 100));
      co_await sleep(0s);
      auto [peer, fresh] = co_await take_number_of(old);
      auto cancel_at = [&]() -> Coro<> {
        for (int i = 0; i < turns; ++i) co_await sleep(0s);
        task.cancel();
      };
      Task<std::string> next = create_task(sock_recv(fresh, 100));
      Task<> cancelling = create_task(cancel_at());
      co_await sleep(0s);
      while (!task.done()) co_await sleep(0s);
      task = {};  // its frame is gone, and nobody may think of it
      peer.try_send("x");
      std::string data = co_await next;
      CHECK_EQ(data, "x");
      co_await cancelling;
    });
  }
}

TEST("an old number with another socket's registration waits for its own") {
  manual_run([]() -> Coro<> {
    auto [a, old] = Socket::pair();
    a.set_nonblocking();
    old.set_nonblocking();
    Task<std::string> task = create_task(sock_recv(old, 100));
    co_await sleep(0s);
    a.try_send("x");
    std::string data = co_await task;  // its registration stays in the kernel
    auto [peer, fresh] = co_await take_number_of(old);
    Task<std::string> next = create_task(sock_recv(fresh, 100));
    co_await sleep(0s);
    co_await sleep(0s);
    CHECK(!next.done());
    peer.try_send("y");
    data = co_await next;
    CHECK_EQ(data, "y");
  });
}
