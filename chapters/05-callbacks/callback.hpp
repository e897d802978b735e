#pragma once

#include <string>

namespace asyncio {

// A Callback is something an event loop can run once for each time it is
// scheduled. Nearly everything the loop runs is one: the function given to
// call_soon, a timer, a reader, and, from chapter 08 on, a coroutine that is
// to be resumed.
//
// Ownership: the loop does not own the callbacks it holds. Who schedules one
// keeps it alive until run() or drop() was called; a callback may own itself
// until then. Thread: the loop's.
class Callback {
 public:
  // Does the work. An exception that leaves run() leaves run_forever() too.
  virtual void run() = 0;

  // The loop is closing: run() will not be called.
  virtual void drop() noexcept {}

  // True when run() would do nothing, because it was cancelled meanwhile.
  virtual bool cancelled() const noexcept { return false; }

  // What this is, for traces and messages: "Task-1", "call_soon".
  virtual std::string describe() const { return "callback"; }

 protected:
  Callback() = default;
  Callback(const Callback&) = default;
  Callback& operator=(const Callback&) = default;
  ~Callback() = default;
};

}  // namespace asyncio
