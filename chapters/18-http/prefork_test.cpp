#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "10-tasks/runner.hpp"
#include "18-http/http_world.hpp"
#include "18-http/prefork.hpp"
#include "common/test.hpp"

// The master and its workers, in real processes. Nothing here waits for time:
// a socket that listens holds its connections until a worker takes them.

namespace {

using namespace test;
using asyncio::Address;

Coro<HttpResponse> tell_pid(HttpRequest& request) {
  if (request.target() == "/crash") ::abort();
  co_return asyncio::text_response(std::to_string(::getpid()) + "\n");
}

Coro<> work(asyncio::PreforkWorker worker) {
  auto server = co_await asyncio::start_http_server(
      tell_pid, std::move(worker.listener));
  co_await asyncio::serve_until_stopped(server, worker.lifeline.get(), 60s);
}

// A master with its workers, in a process of its own.
class Service {
 public:
  explicit Service(int workers)
      : Service(workers, [](asyncio::PreforkWorker worker) {
          asyncio::run(work(std::move(worker)));
          return 0;
        }) {}
  Service(int workers, asyncio::Prefork::Work work) {
    Socket listener = Socket::listen_on(Address::loopback(0));
    address_ = listener.local_address();
    pid_ = ::fork();
    if (pid_ != 0) return;
    asyncio::PreforkOptions options;
    options.workers = workers;
    options.restart_delay = 0s;
    options.grace = 60s;
    asyncio::Prefork master(std::move(listener), options, std::move(work));
    ::_exit(master.run());
  }
  ~Service() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }

  Socket connect() const {
    Socket socket = Socket::create(AF_INET);
    socket.connect(address_);
    return socket;
  }
  std::string ask(const std::string& target) const {
    Socket socket = connect();
    return exchange(socket, get(target, "Connection: close\r\n"));
  }
  pid_t worker() const {
    return static_cast<pid_t>(std::atol(body_of(ask("/")).c_str()));
  }
  void signal(int number) const { ::kill(pid_, number); }
  // The master's exit status, or 128 and the signal.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  static std::string exchange(Socket& socket, const std::string& text) {
    std::string all;
    char buffer[4096];
    try {
      socket.send_all(text);
      while (const std::size_t n = socket.recv(buffer, sizeof buffer)) {
        all.append(buffer, n);
      }
    } catch (const std::system_error&) {
      all += "reset";
    }
    return all;
  }

 private:
  Address address_;
  pid_t pid_ = -1;
};

TEST("workers share a port, and a worker that was killed is replaced") {
  Service service(1);
  const pid_t first = service.worker();
  CHECK(first > 0);
  CHECK_EQ(service.worker(), first);
  ::kill(first, SIGKILL);
  // Until it is dead it may still take a connection, and drop it.
  pid_t second = first;
  while (second == first || second == 0) second = service.worker();
  CHECK(second > 0);
  service.signal(SIGTERM);
  CHECK_EQ(service.wait(), 0);
}

TEST("a crash costs the client that caused it, and no more") {
  Service service(2);
  for (int i = 0; i < 3; ++i) {
    CHECK_EQ(status_of(service.ask("/crash")), "");
    CHECK_EQ(status_of(service.ask("/")), "200");
  }
  service.signal(SIGINT);
  CHECK_EQ(service.wait(), 0);
}

// A connection that has served one request, and is idle.
Socket idle_connection(const Service& service) {
  Socket socket = service.connect();
  socket.send_all(get("/"));
  char buffer[4096];
  CHECK(socket.recv(buffer, sizeof buffer) > 0);
  return socket;
}

// A connection with a request whose body has not come, and was asked for.
Socket busy_connection(const Service& service) {
  Socket socket = service.connect();
  socket.send_all(post("Expect: 100-continue\r\nContent-Length: 6\r\n", ""));
  char buffer[4096];
  CHECK(socket.recv(buffer, sizeof buffer) > 0);
  return socket;
}

TEST("SIGTERM lets a request that has begun come to its end") {
  Service service(1);
  Socket idle = idle_connection(service);
  Socket busy = busy_connection(service);
  service.signal(SIGTERM);
  char byte;
  CHECK_EQ(idle.recv(&byte, 1), 0);  // the worker drains
  const std::string answer = Service::exchange(busy, "abcdef");
  CHECK_EQ(status_of(answer), "200");
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK_EQ(service.wait(), 0);
}

// Who stops a service may tell all of its processes, as systemd does.
TEST("a worker that is told twice to end does not end sooner") {
  Service service(1);
  const pid_t worker = service.worker();
  Socket idle = idle_connection(service);
  Socket busy = busy_connection(service);
  char byte;
  ::kill(worker, SIGTERM);
  CHECK_EQ(idle.recv(&byte, 1), 0);  // the worker drains
  ::kill(worker, SIGTERM);
  const std::string answer = Service::exchange(busy, "abcdef");
  CHECK_EQ(status_of(answer), "200");
  service.signal(SIGTERM);
  CHECK_EQ(service.wait(), 0);
}

TEST("a master that cannot start leaves the signals as they were") {
  const pid_t pid = ::fork();
  if (pid == 0) {
    // The system's limits on processes are not for root.
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_NPROC, &none);
    asyncio::Prefork master(Socket::listen_on(Address::loopback(0)), {},
                            [](asyncio::PreforkWorker) { return 0; });
    bool refused = false;
    try {
      master.run();
    } catch (const std::system_error&) {
      refused = true;
    }
    if (!refused) ::_exit(3);
    struct sigaction action;
    ::sigaction(SIGTERM, nullptr, &action);
    ::_exit(action.sa_handler == SIG_DFL ? 0 : 1);
  }
  int status = 0;
  CHECK_EQ(::waitpid(pid, &status, 0), pid);
  CHECK(WIFEXITED(status));
  CHECK_EQ(WEXITSTATUS(status), 0);
}

TEST("a second SIGTERM does not wait any longer") {
  Service service(1);
  const Socket busy = busy_connection(service);
  service.signal(SIGTERM);
  service.signal(SIGINT);
  CHECK_EQ(service.wait(), 0);  // and not in 60 seconds
}

TEST("SIGHUP replaces the workers, and no request is lost meanwhile") {
  Service service(1);
  const pid_t first = service.worker();
  service.signal(SIGHUP);
  pid_t second = first;
  while (second == first) {
    const std::string answer = service.ask("/");
    CHECK_EQ(status_of(answer), "200");
    second = static_cast<pid_t>(std::atol(body_of(answer).c_str()));
  }
  service.signal(SIGTERM);
  CHECK_EQ(service.wait(), 0);
}

TEST("workers end when their master was killed") {
  Service service(1);
  const pid_t worker = service.worker();
  service.signal(SIGKILL);
  CHECK_EQ(service.wait(), 128 + SIGKILL);
  // Nobody listens any more once the worker is gone: so this loop ends.
  bool refused = false;
  while (!refused) {
    try {
      service.ask("/");
    } catch (const std::system_error&) {
      refused = true;
    }
  }
  CHECK(worker > 0);
}

TEST("a worker that fails is replaced, as often as it fails") {
  // A worker without a loop: it serves one client, and ends.
  Service service(1, [](asyncio::PreforkWorker worker) -> int {
    Socket client = worker.listener.accept();
    char byte = 0;
    if (client.recv(&byte, 1) == 1 && byte == 'x') return 1;
    client.send_all("fine");
    return 0;
  });
  Socket bad = service.connect();
  CHECK_EQ(Service::exchange(bad, "x"), "");
  Socket good = service.connect();
  CHECK(Service::exchange(good, "y").starts_with("fine"));
  service.signal(SIGTERM);
  service.signal(SIGTERM);
  CHECK_EQ(service.wait(), 0);
}

}  // namespace
