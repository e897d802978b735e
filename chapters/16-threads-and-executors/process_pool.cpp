#include "16-threads-and-executors/process_pool.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>

#include "common/error.hpp"

namespace asyncio {

namespace {

// What goes before the bytes, there and back. Both ends are the same program
// on the same machine, so the fields may go as they lie in memory.
struct RequestHead {
  void (*server)();
  void (*function)();
  std::uint64_t size;
};
struct ReplyHead {
  bool failed;  // then the bytes are what the exception says
  std::uint64_t size;
};

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;  // there, the Socket has said so itself
#endif

// Makes a system call until `size` bytes are through. False: the other end is
// gone. Socket's own calls will not do, since Ctrl-C ends them: what is left
// of a message then would be taken for the beginning of the next.
template <class Call>
bool move_all(std::size_t size, Call call) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = call(done);
    if (n == 0 || (n < 0 && errno != EINTR)) return false;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return true;
}
bool recv_all(Socket& socket, char* data, std::size_t size) {
  return move_all(size, [&](std::size_t done) {
    return ::recv(socket.fd(), data + done, size - done, 0);
  });
}
bool send_all(Socket& socket, const char* data, std::size_t size) {
  return move_all(size, [&](std::size_t done) {
    return ::send(socket.fd(), data + done, size - done, kNoSignal);
  });
}
template <class Head>
bool recv_message(Socket& socket, Head& head, std::string& bytes) {
  if (!recv_all(socket, reinterpret_cast<char*>(&head), sizeof head)) {
    return false;
  }
  bytes.resize(head.size);
  return recv_all(socket, bytes.data(), bytes.size());
}
template <class Head>
bool send_message(Socket& socket, const Head& head, const std::string& bytes) {
  return send_all(socket, reinterpret_cast<const char*>(&head), sizeof head) &&
         send_all(socket, bytes.data(), bytes.size());
}

}  // namespace

// All workers first, then the first thread: it is made by the first call.
ProcessPoolExecutor::ProcessPoolExecutor(std::size_t workers)
    : pool_(workers) {
  workers_.reserve(workers);  // idle_ has pointers to them
  try {
    for (std::size_t i = 0; i < workers; ++i) start_worker();
  } catch (...) {
    shutdown();  // those that there are
    throw;
  }
  for (Worker& worker : workers_) idle_.push_back(&worker);
}

void ProcessPoolExecutor::start_worker() {
  auto [ours, theirs] = Socket::pair();
  std::fflush(nullptr);  // or what is in a buffer would be printed twice
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("fork", "");
  if (pid == 0) {
    // A worker ends when nobody holds the other end of its socket any more:
    // so it must not hold those of its brothers, or its own.
    for (Worker& worker : workers_) worker.socket.close();
    ours.close();
    work(theirs);
  }
  workers_.push_back({pid, std::move(ours)});
}

// What a worker process does until its end.
void ProcessPoolExecutor::work(Socket& socket) {
  // Ctrl-C goes to all processes of the terminal. The parent decides.
  std::signal(SIGINT, SIG_IGN);
  try {
    while (answer_one(socket)) {
    }
  } catch (...) {
    // The parent is gone, and there is nobody to tell.
  }
  std::fflush(nullptr);
  ::_exit(0);  // without the destructors of what is the parent's
}

bool ProcessPoolExecutor::answer_one(Socket& socket) {
  RequestHead request;
  std::string bytes;
  if (!recv_message(socket, request, bytes)) return false;
  bool failed = false;
  try {
    auto server = reinterpret_cast<Server>(request.server);
    bytes = server(request.function, std::move(bytes));
  } catch (...) {
    failed = true;
    bytes = describe(std::current_exception());
  }
  send_message(socket, ReplyHead{failed, bytes.size()}, bytes);
  return true;
}

// In a thread of the pool. There are as many workers as threads, so one of
// them is idle.
std::string ProcessPoolExecutor::call(const Request& request) {
  Worker* worker;
  {
    const std::lock_guard lock(mutex_);
    worker = idle_.back();
    idle_.pop_back();
  }
  struct GiveBack {
    ProcessPoolExecutor& pool;
    Worker* worker;
    ~GiveBack() {
      const std::lock_guard lock(pool.mutex_);
      pool.idle_.push_back(worker);
    }
  } give_back{*this, worker};
  return talk(*worker, request);
}

std::string ProcessPoolExecutor::talk(Worker& worker, const Request& request) {
  if (broken_) throw BrokenProcessPool("the process pool is broken");
  ReplyHead reply{};
  std::string bytes;
  bool answered = false;
  try {
    const RequestHead head{reinterpret_cast<void (*)()>(request.server),
                           request.function, request.argument.size()};
    answered = send_message(worker.socket, head, request.argument) &&
               recv_message(worker.socket, reply, bytes);
  } catch (const std::exception&) {
    // No memory for the answer: the rest of it is nobody's.
  }
  if (!answered) {
    break_down();
    throw BrokenProcessPool("a worker process has ended before its time");
  }
  if (reply.failed) throw RemoteError(bytes);
  return bytes;
}

// What the others compute is lost too: CPython does the same, because a
// worker may have died of something that will kill the next.
void ProcessPoolExecutor::break_down() noexcept {
  if (broken_.exchange(true)) return;
  for (const Worker& worker : workers_) ::kill(worker.pid, SIGTERM);
}

void ProcessPoolExecutor::shutdown() {
  pool_.shutdown();
  const std::lock_guard lock(mutex_);
  for (Worker& worker : workers_) worker.socket.close();
  for (const Worker& worker : workers_) {
    while (::waitpid(worker.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  idle_.clear();
  workers_.clear();
}

std::vector<pid_t> ProcessPoolExecutor::processes() const {
  std::vector<pid_t> pids;
  for (const Worker& worker : workers_) pids.push_back(worker.pid);
  return pids;
}

}  // namespace asyncio
