#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "02-threads/thread_pool.hpp"
#include "16-threads-and-executors/concurrent_future.hpp"
#include "common/socket.hpp"

namespace asyncio {

// A worker process has ended before its time; the pool is of no use any more.
class BrokenProcessPool : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What left a function in a worker process: the text is all that comes back.
class RemoteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What may go from one process to another: the bytes of a string, or of an
// object that is nothing but bytes (and has no pointer in it).
template <class T>
concept Bytes = std::is_same_v<T, std::string> ||
                (std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
                 std::is_default_constructible_v<T>);

template <Bytes T>
std::string to_bytes(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  }
}
template <Bytes T>
T from_bytes(std::string bytes) {
  if constexpr (std::is_same_v<T, std::string>) {
    return bytes;
  } else {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
}

// A ProcessPoolExecutor runs functions in worker processes: what computes
// there shares no memory with us, so it can break nothing here. It follows
// concurrent.futures.ProcessPoolExecutor, and is simple: the workers are
// forked by the constructor, and have every function that we have, at the
// same address. So a call is a function's address and an argument's bytes.
//
//     ProcessPoolExecutor pool(2);
//     ConcurrentFuture<long> sum = pool.submit(add_up, 1000L);
//
// A worker does one call at a time; a thread for each waits for its answer.
// When a worker dies, its call and all that wait end with BrokenProcessPool.
//
// REQUIRES, of the constructor: the process has one thread, since fork()
// copies only the one that calls it, and the locks that others hold; and no
// descriptor is open that a worker must not keep open.
// Thread: any, but for that. The destructor waits for what was submitted.
class ProcessPoolExecutor {
 public:
  // Throws std::invalid_argument for 0 workers, std::system_error
  // "fork: CAUSE".
  explicit ProcessPoolExecutor(std::size_t workers);
  ~ProcessPoolExecutor() { shutdown(); }

  // Throws std::runtime_error after shutdown(), BrokenProcessPool when it is
  // broken.
  template <Bytes Result, Bytes Argument>
  ConcurrentFuture<Result> submit(Result (*function)(Argument),
                                  std::type_identity_t<Argument> argument) {
    ConcurrentFuture<Result> future;
    Request request{&serve<Result, Argument>,
                    reinterpret_cast<Function>(function), to_bytes(argument)};
    execute([this, future, request = std::move(request)] {
      if (!future.set_running_or_notify_cancel()) return;
      try {
        future.set_result(from_bytes<Result>(call(request)));
      } catch (...) {
        future.set_exception(std::current_exception());
      }
    });
    return future;
  }

  // Takes nothing more, waits for what was submitted, and for the workers.
  void shutdown();

  std::vector<pid_t> processes() const;

 private:
  using Function = void (*)();
  using Server = std::string (*)(Function, std::string);
  struct Request {
    Server server;      // knows the types: called in the worker
    Function function;  // what it calls
    std::string argument;
  };
  struct Worker {
    pid_t pid;
    Socket socket;
  };

  template <class Result, class Argument>
  static std::string serve(Function function, std::string argument) {
    auto typed = reinterpret_cast<Result (*)(Argument)>(function);
    return to_bytes<Result>(typed(from_bytes<Argument>(std::move(argument))));
  }

  void start_worker();
  [[noreturn]] static void work(Socket& socket);
  static bool answer_one(Socket& socket);
  template <class Job>
  void execute(Job job);
  std::string call(const Request& request);
  std::string talk(Worker& worker, const Request& request);
  void break_down() noexcept;

  std::vector<Worker> workers_;
  std::atomic<bool> broken_{false};
  std::mutex mutex_;  // guards idle_
  std::vector<Worker*> idle_;
  ThreadPool pool_;  // a thread for each worker; last: it ends first
};

template <class Job>
void ProcessPoolExecutor::execute(Job job) {
  if (broken_) throw BrokenProcessPool("the process pool is broken");
  try {
    pool_.submit(std::move(job));
  } catch (const std::logic_error&) {
    throw std::runtime_error("cannot schedule new futures after shutdown");
  }
}

}  // namespace asyncio
