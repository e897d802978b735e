#pragma once

#include <optional>

#include "05-callbacks/callback.hpp"
#include "05-callbacks/clock.hpp"

namespace asyncio {

// An Observer is told what an event loop does, while it does it: debug mode,
// slow-callback warnings and traces are made of it. A loop without one pays
// one predictable branch for each callback.
//
// Ownership: the loop does not own its observer, which must outlive it or be
// taken off. Thread: the loop's. An observer must not throw.
class Observer {
 public:
  virtual ~Observer() = default;

  // A callback was put in the ready queue.
  virtual void scheduled(const Callback&) {}
  // It is about to run, and it has run: then it may be destroyed already,
  // so only its address is left.
  virtual void started(const Callback&) {}
  virtual void finished(const Callback*) {}
  // The loop asks the kernel for events, waiting for `timeout` at most (no
  // value: as long as it takes), and the kernel has answered.
  virtual void polling(std::optional<Duration>) {}
  virtual void polled() {}
};

}  // namespace asyncio
