#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <utility>

#include "15-streams/async_generator_state.hpp"

namespace asyncio {

template <class T>
class AsyncGenerator;

// What next() gives: await it, or give it to whatever takes a coroutine.
template <class T>
class [[nodiscard]] AsyncNext {
 public:
  using Result = std::optional<T>;
  explicit AsyncNext(Ref<AsyncGeneratorState> state) noexcept
      : state_(std::move(state)) {}
  AsyncNext(const AsyncNext&) = default;
  AsyncNext& operator=(const AsyncNext&) = default;
  ~AsyncNext() { AsyncGeneratorState::let_go(std::move(state_)); }

  class Awaiter final : public AsyncGeneratorStep {
   public:
    explicit Awaiter(Ref<AsyncGeneratorState> state) noexcept
        : AsyncGeneratorStep(std::move(state), "next") {}
    ~Awaiter() { let_go(); }
    bool await_ready() { return !begin(&value_); }
    std::optional<T> await_resume() {
      end();
      return std::move(value_);
    }

   private:
    std::optional<T> value_;
  };
  Awaiter operator co_await() const { return Awaiter(state_); }
  operator Coro<Result>() const { return as_coroutine(*this); }

 private:
  static Coro<Result> as_coroutine(AsyncNext next) { co_return co_await next; }
  Ref<AsyncGeneratorState> state_;
};

// An AsyncGenerator<T> is a generator that can wait: a function that contains
// co_yield, and co_await too. Python's asynchronous generator.
//
//     AsyncGenerator<int> ticks(int n) {
//       for (int i = 0; i < n; ++i) {
//         co_await sleep(1s);
//         co_yield i;
//       }
//     }
//
//     AsyncGenerator<int> gen = ticks(3);
//     for (;;) {
//       std::optional<int> tick = co_await gen.next();
//       if (!tick) break;
//     }
//
// C++ has no `async for`: the loop is written out. The body runs in the task
// that awaits next(), which is also the one whose cancellation it sees. One
// next() at a time. An exception that leaves the body comes out of next().
//
// Ownership: the generator owns its frame. One that was not run to its end is
// closed when it is destroyed: by a task of the loop that iterated it, since
// its cleanup may wait, as CPython's hook for garbage does; without a loop,
// its frame is just destroyed. run() closes those that are left. Move-only.
// Parameters live in the frame: take them by value. Thread: the loop's.
template <class T>
class [[nodiscard]] AsyncGenerator {
 public:
  class promise_type final : public AsyncGeneratorPromise {
   public:
    AsyncGenerator get_return_object() {
      return AsyncGenerator(make_state(
          std::coroutine_handle<promise_type>::from_promise(*this)));
    }
    template <std::convertible_to<T> U>
    Yield yield_value(U&& value) {
      if (void* place = state().place()) {
        static_cast<std::optional<T>*>(place)->emplace(
            std::forward<U>(value));
      }
      return stop();
    }
  };

  AsyncGenerator(AsyncGenerator&&) noexcept = default;
  AsyncGenerator& operator=(AsyncGenerator&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~AsyncGenerator() {
    if (state_) AsyncGeneratorState::let_go(std::move(state_));
  }

  // Runs to the next co_yield, and gives its value; nothing once the body has
  // ended. Throws std::runtime_error while another next() is under way.
  AsyncNext<T> next() const noexcept { return AsyncNext<T>(state_); }

  // Ends it: GeneratorExit is thrown at the co_yield where it stands, and the
  // body cleans up, waiting if it must. One that has not begun never runs.
  // Throws what the cleanup throws, and std::runtime_error if it yields again
  // or is at work in another task.
  AsyncClose aclose() const noexcept { return AsyncClose(state_); }

 private:
  explicit AsyncGenerator(Ref<AsyncGeneratorState> state) noexcept
      : state_(std::move(state)) {}

  Ref<AsyncGeneratorState> state_;
};

}  // namespace asyncio
