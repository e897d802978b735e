#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

#include "05-callbacks/clock.hpp"
#include "08-coroutines/coro.hpp"
#include "18-http/http_server.hpp"
#include "common/descriptor.hpp"
#include "common/socket.hpp"

namespace asyncio {

// How a Prefork keeps its workers.
struct PreforkOptions {
  PreforkOptions() {}
  int workers = 2;
  // After SIGTERM: how long workers may take until they are killed.
  Duration grace = std::chrono::seconds(30);
  // A worker that ends sooner than this after its start is not replaced
  // before: one that cannot start must not keep the machine busy with forks.
  Duration restart_delay = std::chrono::seconds(1);
};

// What a worker process begins with: the shared socket, which listens, and a
// descriptor that becomes readable when the master is gone, however it went.
struct PreforkWorker {
  Socket listener;
  Descriptor lifeline;
  int number = 0;  // from 0; a replacement has the number of whom it replaces
};

// A Prefork is the master of worker processes that serve one port: Gunicorn's
// model. It listens, forks the workers, and then waits. Each worker has a loop
// of its own and accepts from the same socket, so the kernel shares out the
// connections, and a crash costs one worker's clients and no others.
//
//   a worker ends         it is replaced
//   SIGTERM, SIGINT       the workers get SIGTERM, finish what they have
//                         begun, and end; then run() returns
//   either once more      the workers are killed
//   SIGHUP                the workers are replaced, one end at a time
//
// The master runs no loop and opens no connection, so there is little in it
// that could fail. REQUIRES: one thread, and no loop, when run() is called;
// one Prefork at a time. Throws std::system_error when no process can be made
// at the start.
class Prefork {
 public:
  // What a worker does; what it returns is its exit status.
  using Work = std::function<int(PreforkWorker)>;

  Prefork(Socket listener, PreforkOptions options, Work work);
  ~Prefork();
  Prefork(const Prefork&) = delete;
  Prefork& operator=(const Prefork&) = delete;

  int run();  // 0, once every worker has ended

 private:
  struct Worker {
    pid_t pid = -1;  // -1: there is none
    TimePoint started{};
  };

  void start_missing();
  void start(std::size_t number);
  [[noreturn]] void become_worker(std::size_t number);
  void wait_for_signal();
  void on_signal(int number);
  void reap();
  void stop();
  void signal_workers(int number) const;
  bool any_left() const;

  Socket listener_;
  const PreforkOptions options_;
  const Work work_;
  std::vector<Worker> workers_;
  Pipe signals_;   // the handler writes a signal's number
  Pipe lifeline_;  // only the master holds the end to write to
  bool stopping_ = false;
  TimePoint deadline_{};  // of the workers' end
};

// What a worker waits for: SIGTERM, or the end of its master. Ctrl-C reaches
// every process of a terminal; it is the master's to handle, and ignored here.
Coro<> until_stopped(int lifeline);

// Serves until then, and drains the server.
Coro<> serve_until_stopped(HttpServer server, int lifeline, Duration grace);

}  // namespace asyncio
