#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "05-callbacks/event_loop.hpp"
#include "17-subprocesses-and-signals/signal_pipe.hpp"

namespace asyncio {

// A SignalHub is a loop's service that calls functions when signals come. It
// follows CPython's unix_events.py: the handler writes a byte, the loop reads
// it (_process_self_data) and schedules the function (_handle_signal). So a
// function runs as any callback does, between two others, and may do what it
// likes.
//
// Each function belongs to somebody: the program has one for a signal at
// most, and a part of the library, such as the child watcher, another.
//
// Closing the loop forgets the functions and puts back what was done about
// the signals before. Thread: the loop's.
class SignalHub {
 public:
  explicit SignalHub(EventLoop& loop) : loop_(loop) {}

  // Calls `function` after each signal `number`, in place of the owner's
  // function before. Throws std::invalid_argument for what is no signal,
  // std::runtime_error for SIGKILL and SIGSTOP, or if the loop is closed.
  void add(int number, const void* owner, std::function<void()> function);

  // It is not called any more, also not for a signal that has come already.
  // False if there was none.
  bool remove(int number, const void* owner);

 private:
  struct Handler {
    int number;
    const void* owner;
    Context context;
    std::function<void()> function;
  };

  std::shared_ptr<Handler>* find(int number, const void* owner);
  void start();
  void deliver(int number);
  void call(int number, const void* owner);
  void forget_all() noexcept;

  EventLoop& loop_;
  std::optional<SignalPipe> pipe_;  // from the first function on
  bool reading_ = false;
  std::vector<std::shared_ptr<Handler>> handlers_;
};

// Throws std::runtime_error unless this is the main thread.
void check_main_thread();

// Calls `function()` in the loop whenever the signal comes:
// loop.add_signal_handler(). Replaces the function before. For the main
// thread, as in Python: signals are the whole program's. A handler for SIGINT
// takes the place of what run() does about Ctrl-C.
//
// The function is no coroutine function: nobody would await what it gives.
template <class F>
  requires std::is_void_v<std::invoke_result_t<F&>>
void add_signal_handler(EventLoop& loop, int number, F function) {
  check_main_thread();
  loop.service<SignalHub>().add(number, nullptr, std::move(function));
}

// loop.remove_signal_handler(): false if there was no function. What was done
// about the signal before the first one is done again.
inline bool remove_signal_handler(EventLoop& loop, int number) {
  return loop.service<SignalHub>().remove(number, nullptr);
}

}  // namespace asyncio
