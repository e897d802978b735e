// What the tests of coroutines drive them with: a loop that goes on one
// iteration at a time, a wait that the test ends, and a root whose inside can
// be looked at.
//
// Not part of the library: for programs and tests.

#pragma once

#include <utility>

#include "08-coroutines/root.hpp"

namespace test {

class Loop : public asyncio::EventLoop {
 public:
  using EventLoop::EventLoop;

  // One iteration.
  void turn() {
    stop();
    run_forever();
  }
};

// co_await gate suspends until the test opens it.
class Gate : public asyncio::Wait {
 public:
  // Wakes who waits, through the loop.
  void open() { std::exchange(driver_, nullptr)->wake(); }
  bool waited_for() const { return driver_ != nullptr; }
  bool cancel(const std::string&) override { return false; }

  class Awaiter {
   public:
    explicit Awaiter(Gate& gate) noexcept : gate_(gate) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      driver_ = gate_.driver_ = &handle.promise().driver();
      driver_->suspend(handle, &gate_);
    }
    void await_resume() const { driver_->check_interrupt(); }

   private:
    Gate& gate_;
    asyncio::Driver* driver_ = nullptr;
  };
  Awaiter operator co_await() noexcept { return Awaiter(*this); }

 private:
  asyncio::Driver* driver_ = nullptr;
};

template <class T>
class HandRoot final : public asyncio::Root<T> {
 public:
  HandRoot(asyncio::EventLoop& loop, asyncio::Coro<T> coro)
      : asyncio::Root<T>(loop, std::move(coro)) {}

  using asyncio::Root<T>::wait;
  using asyncio::Root<T>::suspended;
  using asyncio::Root<T>::innermost;
  using asyncio::Root<T>::set_interrupt;
  using asyncio::Root<T>::interrupted;

 private:
  void throw_interrupt() override {
    this->clear_interrupt();
    throw std::runtime_error("interrupted");
  }
};

}  // namespace test
