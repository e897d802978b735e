// A ThreadPool is a bounded number of threads that take jobs from one queue:
// the calls that block do so over there, and the caller goes on. It is Python's
// concurrent.futures.ThreadPoolExecutor (Lib/concurrent/futures/thread.py): a
// thread is started when a job comes and no thread is idle, until there are
// max_threads; then jobs wait, first in, first out.
//
//   ThreadPool pool(4);
//   pool.submit([] { ... });
//
// A job is any callable, copyable or not. The pool owns it until it has run,
// and destroys it on the thread that ran it. An exception that leaves a job
// goes to the pool's ErrorHandler, and the thread lives on; a job that has a
// result or an error for somebody hands it over by itself.
//
// Every function may be called on any thread, submit() also by a job. Only a
// job must not wait for its own end: shutdown(), and so the destructor.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace asyncio {

class ThreadPool {
 public:
  // Called on the job's thread. The default prints a line to standard error.
  using ErrorHandler = void (*)(const std::exception_ptr& error);
  static void print_error(const std::exception_ptr& error);

  // As many as Python: 4 more than processors, because threads mostly wait,
  // and at most 32.
  static std::size_t default_threads();

  // Throws std::invalid_argument for 0, since its jobs would never run.
  explicit ThreadPool(std::size_t max_threads = default_threads(),
                      ErrorHandler on_error = print_error);
  ~ThreadPool() { shutdown(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Queues a job. Throws std::logic_error after shutdown(), and
  // std::system_error when the system refuses even the first thread (fewer
  // than max_threads are no error); then the job is not queued.
  template <class Function>
  void submit(Function&& function) {
    using Its = JobOf<std::decay_t<Function>>;
    add(std::unique_ptr<Job>(new Its(std::forward<Function>(function))));
  }

  enum class Pending { run, drop };  // what becomes of jobs not begun

  // Takes no more jobs, and waits until the last one has ended and all threads
  // are gone. It may be called again, and by several threads.
  void shutdown(Pending pending = Pending::run);
  // The same without the waiting.
  void close(Pending pending = Pending::run);

  std::size_t threads() const;  // started and not ended
  std::size_t idle() const;     // of these, those that wait for a job
  std::size_t pending() const;  // jobs that wait for a thread

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void run() = 0;
  };
  template <class Function>
  struct JobOf final : Job {
    template <class F>
    explicit JobOf(F&& f) : function(std::forward<F>(f)) {}
    void run() override { function(); }
    Function function;
  };
  using Jobs = std::deque<std::unique_ptr<Job>>;

  void add(std::unique_ptr<Job> job);
  void start_thread();
  void work();
  void run(std::unique_ptr<Job> job) const;

  const std::size_t max_threads_;
  const ErrorHandler on_error_;
  mutable std::mutex mutex_;       // guards all that follows
  std::condition_variable work_;   // a job came, or the end
  std::condition_variable ended_;  // the last thread is going
  Jobs jobs_;
  std::vector<std::thread> threads_;
  std::size_t running_ = 0;  // threads that have not ended
  std::size_t idle_ = 0;     // of these, those without a job
  bool closed_ = false;
};

}  // namespace asyncio
