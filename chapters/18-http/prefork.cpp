#include "18-http/prefork.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <utility>

#include "09-futures/future.hpp"
#include "17-subprocesses-and-signals/signals.hpp"
#include "common/error.hpp"
#include "common/interrupt.hpp"

namespace asyncio {
namespace {

constexpr int kHandled[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};

// What the handler writes to: the master's pipe. A plain int, since a signal
// handler may use nothing that needs a constructor.
volatile int signal_fd = -1;

extern "C" void note_signal(int number) {
  const int saved = errno;
  const char byte = static_cast<char>(number);
  // A full pipe has signals enough in it.
  [[maybe_unused]] const ssize_t n = ::write(signal_fd, &byte, 1);
  errno = saved;
}

void handle_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  for (const int number : kHandled) ::sigaction(number, &action, nullptr);
}

// The master's handlers, while it runs.
class SignalsHandled {
 public:
  explicit SignalsHandled(int to) {
    signal_fd = to;
    handle_signals(note_signal);
  }
  ~SignalsHandled() {
    handle_signals(SIG_DFL);
    signal_fd = -1;
  }
  SignalsHandled(const SignalsHandled&) = delete;
};

// All signals wait while this lives: none may reach a new process before it
// has put its own handlers in place of its parent's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

TimePoint now() { return SteadyClock().now(); }

int milliseconds_until(TimePoint when) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(when - now());
  return static_cast<int>(std::clamp<long>(left.count(), 0, 60'000));
}

}  // namespace

Prefork::Prefork(Socket listener, PreforkOptions options, Work work)
    : listener_(std::move(listener)),
      options_(std::move(options)),
      work_(std::move(work)),
      workers_(static_cast<std::size_t>(options_.workers)),
      signals_(make_pipe()),
      lifeline_(make_pipe()) {
  set_nonblocking(signals_.read.get());
  set_nonblocking(signals_.write.get());
}

Prefork::~Prefork() {
  signal_workers(SIGKILL);
  for (Worker& worker : workers_) {
    while (worker.pid > 0 && ::waitpid(worker.pid, nullptr, 0) < 0 &&
           errno == EINTR) {
    }
  }
}

int Prefork::run() {
  const SignalsHandled handled(signals_.write.get());
  while (!stopping_ || any_left()) {
    if (!stopping_) start_missing();
    wait_for_signal();
    reap();
    if (stopping_ && now() >= deadline_) signal_workers(SIGKILL);
  }
  return 0;
}

// ---- Workers --------------------------------------------------------------

void Prefork::start_missing() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const bool may = workers_[i].started == TimePoint{} ||
                     now() >= workers_[i].started + options_.restart_delay;
    if (workers_[i].pid < 0 && may) start(i);
  }
}

void Prefork::start(std::size_t number) {
  const bool first = workers_[number].started == TimePoint{};
  workers_[number].started = now();
  std::fflush(nullptr);  // or both processes print what is buffered
  const SignalsBlocked blocked;
  const pid_t pid = ::fork();
  if (pid == 0) become_worker(number);
  if (pid > 0) {
    workers_[number].pid = pid;
  } else if (first) {
    throw_errno("fork", "a worker");
  }  // else: it is tried again after the delay
}

// In the child, with all signals blocked until its own handlers stand.
void Prefork::become_worker(std::size_t number) {
  handle_signals(SIG_DFL);
  ::signal(SIGINT, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  signals_ = Pipe();
  lifeline_.write.reset();
  int status = 1;
  try {
    PreforkWorker worker;
    worker.listener = std::move(listener_);
    worker.lifeline = std::move(lifeline_.read);
    worker.number = static_cast<int>(number);
    status = work_(std::move(worker));
  } catch (...) {
    std::fprintf(stderr, "worker %zu: %s\n", number,
                 describe(std::current_exception()).c_str());
  }
  std::fflush(nullptr);
  ::_exit(status);  // the master's objects are not the worker's to destroy
}

// Only our own: the program may have other children.
void Prefork::reap() {
  for (Worker& worker : workers_) {
    if (worker.pid > 0 && ::waitpid(worker.pid, nullptr, WNOHANG) > 0) {
      worker.pid = -1;
    }
  }
}

void Prefork::signal_workers(int number) const {
  for (const Worker& worker : workers_) {
    if (worker.pid > 0) ::kill(worker.pid, number);
  }
}

bool Prefork::any_left() const {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const Worker& worker) { return worker.pid > 0; });
}

// ---- Signals --------------------------------------------------------------

// Until a signal comes, or it is time to do something without one.
void Prefork::wait_for_signal() {
  int timeout = stopping_ ? milliseconds_until(deadline_) : -1;
  for (const Worker& worker : workers_) {
    if (stopping_ || worker.pid > 0) continue;
    const int due = milliseconds_until(worker.started + options_.restart_delay);
    timeout = timeout < 0 ? due : std::min(timeout, due);
  }
  if (stopping_ && timeout == 0) timeout = 100;  // they have been killed
  pollfd wanted{signals_.read.get(), POLLIN, 0};
  ::poll(&wanted, 1, timeout);  // EINTR: the byte is in the pipe
  char number;
  while (::read(signals_.read.get(), &number, 1) == 1) on_signal(number);
}

void Prefork::on_signal(int number) {
  if (number == SIGTERM || number == SIGINT) stop();
  // SIGHUP: whoever ends is replaced, by a process that starts afresh.
  if (number == SIGHUP && !stopping_) signal_workers(SIGTERM);
}

void Prefork::stop() {
  if (std::exchange(stopping_, true)) {
    deadline_ = now();  // asked twice
    return;
  }
  deadline_ = now() + options_.grace;
  listener_.close();  // the last one to close it is the last worker
  signal_workers(SIGTERM);
}

// ---- In the worker --------------------------------------------------------

namespace {

// Hears of SIGTERM, and of the master's end, as long as it lives.
class Stopping {
 public:
  explicit Stopping(int lifeline) : lifeline_(lifeline) {
    const auto stop = [this] {
      loop_.remove_reader(lifeline_);
      if (!stopped_.done()) stopped_.set_result();
    };
    add_signal_handler(loop_, SIGTERM, stop);
    loop_.add_reader(lifeline_, stop);
  }
  Stopping(const Stopping&) = delete;
  ~Stopping() {
    loop_.remove_reader(lifeline_);
    remove_signal_handler(loop_, SIGTERM);
  }
  const Future<>& stopped() const { return stopped_; }

 private:
  EventLoop& loop_ = get_running_loop();
  const int lifeline_;
  Future<> stopped_ = create_future<>();
};

}  // namespace

Coro<> until_stopped(int lifeline) {
  const Stopping stopping(lifeline);
  co_await stopping.stopped();
}

// Who is told twice to end, by a master and by a system that stops all of its
// processes, must not end before it is done.
Coro<> serve_until_stopped(HttpServer server, int lifeline, Duration grace) {
  const Stopping stopping(lifeline);
  co_await stopping.stopped();
  co_await server.drain(grace);
}

}  // namespace asyncio
