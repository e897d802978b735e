#pragma once

#include <utility>

#include "08-coroutines/coro.hpp"

namespace asyncio {

// A Root<T> starts a coroutine from code that is none: it is the bottom of a
// chain of awaits. The loop runs it as any other callback, which resumes the
// chain until it waits again. Chapter 10 makes Task of this idea, with all
// that it still lacks: somebody who awaits it, a way to cancel it, and an
// owner.
//
//     Root<int> root(loop, four());
//     loop.schedule(root);          // it begins in the next iteration
//
// Ownership: whoever makes a Root destroys it, at any time except while it
// runs or stands in the loop's queue. What still waits is destroyed with it,
// the innermost frame first. Thread: the loop's.
template <class T = void>
class Root : public Driver {
 public:
  Root(EventLoop& loop, Coro<T> coro)
      : Driver(loop), coro_(std::move(coro)) {
    start(coro_.handle_erased(), coro_.promise());
  }
  virtual ~Root() { destroy_chain(); }

  void run() override {
    resume();
    if (done()) finished();
  }
  std::string describe() const override { return "Root"; }

  // The coroutine has ended.
  bool done() const noexcept { return !coro_; }

  // What it ended with; throws what it threw. REQUIRES: done(), and once.
  T result() { return coro_.take_result(); }

 protected:
  // Called at the end; it may destroy *this.
  virtual void finished() {}

 private:
  Coro<T> coro_;
};

}  // namespace asyncio
