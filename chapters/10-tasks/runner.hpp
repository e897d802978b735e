#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "09-futures/run_until_complete.hpp"
#include "10-tasks/task.hpp"

namespace asyncio {

// What a loop shall still do before run() closes it: later chapters add a
// function each (to close async generators, to end executors). They run in
// order; what add_last() was given comes after all others. A service.
class ShutdownHooks {
 public:
  explicit ShutdownHooks(EventLoop&) {}
  void add(std::function<Coro<void>()> hook) {
    hooks_.push_back(std::move(hook));
  }
  void add_last(std::function<Coro<void>()> hook) {
    last_.push_back(std::move(hook));
  }
  std::vector<std::function<Coro<void>()>> take() {
    auto hooks = std::exchange(hooks_, {});
    for (auto& hook : std::exchange(last_, {})) {
      hooks.push_back(std::move(hook));
    }
    return hooks;
  }

 private:
  std::vector<std::function<Coro<void>()>> hooks_;
  std::vector<std::function<Coro<void>()>> last_;
};

// A Runner owns a loop and runs coroutines on it, one after another:
// asyncio.Runner. Its end is run()'s end: what tasks are left are cancelled
// and awaited, the shutdown hooks run, and the loop is closed.
//
// While run() is at work, Ctrl-C cancels the main task, if the program has
// no handler of its own for SIGINT; when the task has ended, run() throws
// Interrupted. A second Ctrl-C ends the program.
class Runner {
 public:
  explicit Runner(std::optional<bool> debug = {});
  explicit Runner(EventLoop::Options options);
  Runner(const Runner&) = delete;
  ~Runner();  // close(); errors are reported, not thrown

  EventLoop& get_loop() noexcept { return *loop_; }

  // Runs `main` as a task to its end, and gives its result. Throws what it
  // throws, and std::runtime_error inside a running loop or when closed.
  template <class T>
  T run(Coro<T> main) {
    check_may_run();
    Task<T> task(*loop_, std::move(main));
    return run_task(task);
  }

  // Harmless when closed.
  void close();

 private:
  class CancelOnInterrupt;  // SIGINT, while it lives, cancels a task

  void check_may_run() const;
  void cancel_all_tasks();

  template <class T>
  T run_task(const Task<T>& task);

  std::unique_ptr<EventLoop> loop_;
};

// Does for one call what Runner's constructor does, and its destructor, and
// turns its CancelledError into Interrupted if Ctrl-C was the reason.
class Runner::CancelOnInterrupt {
 public:
  explicit CancelOnInterrupt(AnyTask task);
  ~CancelOnInterrupt();
  void rethrow_as_interrupted();  // returns if there was no Ctrl-C

 private:
  struct Impl;
  AnyTask task_;
  std::unique_ptr<Impl> impl_;
};

template <class T>
T Runner::run_task(const Task<T>& task) {
  CancelOnInterrupt guard{AnyTask(task)};
  try {
    return run_until_complete(*loop_, static_cast<const Future<T>&>(task));
  } catch (const CancelledError&) {
    guard.rethrow_as_interrupted();
    throw;
  }
}

// Runs a coroutine on a new loop, and closes it: asyncio.run(). Throws
// std::runtime_error inside a running loop.
template <class T>
T run(Coro<T> main, std::optional<bool> debug = {}) {
  if (get_running_loop_or_null()) {
    throw std::runtime_error(
        "asyncio.run() cannot be called from a running event loop");
  }
  Runner runner(debug);
  return runner.run(std::move(main));
}

}  // namespace asyncio
