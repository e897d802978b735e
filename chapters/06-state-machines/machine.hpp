#pragma once

#include <exception>

#include "05-callbacks/event_loop.hpp"
#include "common/socket.hpp"

namespace asyncio {

// A Machine is a function that can stop where it would have to wait, and go
// on from there later: a coroutine, made by hand. Its object is the frame:
//
//   the state number   the instruction pointer: where to go on
//   the members        the parameters and the local variables
//   the caller link    the return address, another machine's frame
//
// A subclass writes the body as step(), a switch over the state with an arm
// for each place where the function can go on. An arm runs until the function
// waits, calls another machine or ends, and returns whom to run next:
//
//   case CONNECTED:
//     connect_->result();                      // what the call gave, or threw
//     return call(send_.emplace(loop(), socket_, text_), SENT);
//
// Ownership: whoever makes a machine destroys it, at any time except while
// its step() is on the stack or the loop has it in its queue. A machine that
// is destroyed while it waits is forgotten by the loop, and its members die
// as locals do. The loop must outlive it. Thread: the loop's.
class Machine : public IoWaiter {
 public:
  explicit Machine(EventLoop& loop) noexcept : loop_(loop) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() {
    if (waiting()) loop_.cancel_io(*this);
  }

  // Runs this machine, then those that it calls or returns to, one after
  // another, until one waits or the outermost has ended. The native stack
  // does not grow with the depth of calls.
  void resume();

  // What the loop calls when the wait is over.
  void run() override { resume(); }

  bool done() const noexcept { return state_ == DONE; }
  int state() const noexcept { return state_; }

  // What a call gives back: here nothing, or the exception that ended the
  // machine. REQUIRES: done()
  void result() const {
    if (error_) std::rethrow_exception(error_);
  }

 protected:
  static constexpr int DONE = -1;

  EventLoop& loop() const noexcept { return loop_; }

  // The body. A new machine begins in state 0.
  virtual Machine* step() = 0;

  // Called at the end of a machine that nobody called. It may destroy it.
  virtual void finished() {}

  // How an arm ends. `then` is the arm that goes on afterwards.
  Machine* go_to(int then) noexcept {
    state_ = then;
    return this;
  }
  Machine* call(Machine& callee, int then) noexcept {
    state_ = then;
    callee.caller_ = this;
    return &callee;
  }
  Machine* pause(int then) noexcept {  // until somebody calls resume()
    state_ = then;
    return nullptr;
  }
  Machine* wait_readable(const Socket& socket, int then);
  Machine* wait_writable(const Socket& socket, int then);
  Machine* finish() noexcept {
    state_ = DONE;
    return caller_;
  }

 private:
  Machine* step_or_fail() noexcept;

  EventLoop& loop_;
  int state_ = 0;
  Machine* caller_ = nullptr;
  std::exception_ptr error_;
};

}  // namespace asyncio
