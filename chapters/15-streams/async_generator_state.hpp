#pragma once

#include <exception>
#include <utility>

#include "08-coroutines/coro.hpp"
#include "10-tasks/task.hpp"

namespace asyncio {

class AsyncGeneratorPromise;
class AsyncGenerators;

// A GeneratorExit is thrown at the co_yield of a generator that is closed. As
// CancelledError it is no std::exception, so that handlers for errors let it
// pass.
class GeneratorExit {};

// An AsyncGeneratorState is what the frame of an asynchronous generator, its
// handle, and a next() under way share: the frame's owner, in the sense of
// chapter 08, and where it stands.
//
// Ownership: shared, by Ref. It owns the frame. Thread: the loop's.
class AsyncGeneratorState final : public RefCounted,
                                  public FrameOwner,
                                  public Pooled {
 public:
  AsyncGeneratorState(std::coroutine_handle<> frame,
                      AsyncGeneratorPromise& promise) noexcept
      : promise_(promise) {
    handle_ = frame;
  }
  ~AsyncGeneratorState() override;

  // Where next() wants the value; nullptr when nobody wants one.
  void* place() const noexcept { return place_; }

  // Ends the generator without waiting for it: see ~AsyncGenerator.
  static void let_go(Ref<AsyncGeneratorState> state) noexcept;

 private:
  friend class AsyncGeneratorPromise;
  friend class AsyncGeneratorStep;
  friend class AsyncGenerators;
  friend class AsyncClose;

  // Its body has begun, and has not ended.
  bool active() const noexcept;
  void destroy_frame() noexcept;

  AsyncGeneratorPromise& promise_;  // gone when handle_ is null
  void* place_ = nullptr;
  bool running_ = false;     // a step is under way
  bool at_yield_ = false;    // it has stopped at a co_yield
  std::exception_ptr in_;    // to be thrown at the co_yield
  std::exception_ptr out_;   // what has left the body
  Ref<AsyncGeneratorState> self_;  // from when it is dropped until it is closed
  AsyncGenerators* registry_ = nullptr;  // while it is active, in its loop's
  AsyncGeneratorState* previous_ = nullptr;
  AsyncGeneratorState* next_ = nullptr;
};

// The promise of an asynchronous generator, whatever it yields.
class AsyncGeneratorPromise : public PromiseBase {
 public:
  class Yield {
   public:
    explicit Yield(AsyncGeneratorState& state) noexcept : state_(state) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept;
    void await_resume() const;

   private:
    AsyncGeneratorState& state_;
  };

  void return_void() const noexcept {}
  void unhandled_exception() noexcept {
    state().out_ = std::current_exception();
  }

  // Runs to the next co_yield or to the end, for `caller`. False if it got
  // there without waiting.
  template <class Promise>
  bool step(std::coroutine_handle<Promise> caller) {
    AsyncGeneratorState& self = state();
    self.at_yield_ = false;
    return resume_for(caller.promise(), caller, self.handle_,
                      [&] { return self.at_yield_ || !self.handle_; });
  }

 protected:
  Ref<AsyncGeneratorState> make_state(std::coroutine_handle<> frame);
  AsyncGeneratorState& state() const noexcept {
    return static_cast<AsyncGeneratorState&>(*owner_);
  }
  Yield stop() noexcept { return Yield(state()); }
};

// An AsyncGeneratorStep is one step of a generator, awaited: next() and
// aclose() are two. It stands in the frame of whoever awaits it.
class AsyncGeneratorStep {
 public:
  AsyncGeneratorStep(const AsyncGeneratorStep&) = delete;
  AsyncGeneratorStep& operator=(const AsyncGeneratorStep&) = delete;

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) {
    register_at(caller.promise().driver().loop());
    return state_->promise_.step(caller);
  }

 protected:
  AsyncGeneratorStep(Ref<AsyncGeneratorState> state,
                     const char* operation) noexcept
      : state_(std::move(state)), operation_(operation) {}
  ~AsyncGeneratorStep() {
    if (under_way_) state_->running_ = false;  // its frame is destroyed
  }

  // False if the generator has ended: there is nothing to run.
  bool begin(void* place);
  // From await_resume: throws what left the body.
  void end();
  // The last thing: the generator may have been dropped meanwhile.
  void let_go() noexcept {
    if (!under_way_) AsyncGeneratorState::let_go(std::move(state_));
  }

  Ref<AsyncGeneratorState> state_;

 private:
  void register_at(EventLoop& loop);

  const char* operation_;
  bool under_way_ = false;
};

// What aclose() gives.
class [[nodiscard]] AsyncClose {
 public:
  using Result = void;
  explicit AsyncClose(Ref<AsyncGeneratorState> state) noexcept
      : state_(std::move(state)) {}

  class Awaiter final : public AsyncGeneratorStep {
   public:
    explicit Awaiter(Ref<AsyncGeneratorState> state) noexcept
        : AsyncGeneratorStep(std::move(state), "aclose") {}
    bool await_ready();
    void await_resume();
  };
  Awaiter operator co_await() const { return Awaiter(state_); }
  operator Coro<void>() const;

 private:
  Ref<AsyncGeneratorState> state_;
};

// The asynchronous generators of a loop that have begun and not ended: a
// service, which closes them before run() closes the loop.
class AsyncGenerators {
 public:
  explicit AsyncGenerators(EventLoop& loop);
  ~AsyncGenerators();

  EventLoop& loop() const noexcept { return loop_; }
  void add(AsyncGeneratorState& state);
  void remove(AsyncGeneratorState& state) noexcept;

  // Closes all of them, at once; errors go to the exception handler.
  Coro<void> shutdown();

 private:
  EventLoop& loop_;
  AsyncGeneratorState* first_ = nullptr;
  bool shut_down_ = false;
};

// loop.shutdown_asyncgens(): run() does it, too.
Coro<void> shutdown_asyncgens(EventLoop& loop);

}  // namespace asyncio
