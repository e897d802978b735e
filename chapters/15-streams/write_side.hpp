#pragma once

#include <exception>

#include "10-tasks/leaf_wait.hpp"
#include "14-transports-and-protocols/transport.hpp"

namespace asyncio {

class StreamProtocol;
class WriteSide;

// A WriteCall is drain() or wait_closed(), awaited. It stands in the frame of
// the coroutine that awaits it; any number may wait.
class WriteCall : protected LeafWait {
 public:
  WriteCall(const WriteCall&) = delete;
  WriteCall& operator=(const WriteCall&) = delete;

 protected:
  enum class Woken : unsigned char { kNot, kResumed, kLost };

  explicit WriteCall(Ref<StreamProtocol> stream) noexcept;
  ~WriteCall();

  template <class Promise>
  void wait(std::coroutine_handle<Promise> handle) {
    add();
    begin(handle);
  }
  // True if it waits for the end of the connection, and for nothing else.
  virtual bool for_the_end() const noexcept = 0;
  void withdraw() noexcept override;

  const Ref<StreamProtocol> stream_;
  WriteSide& side_;
  Woken woken_ = Woken::kNot;

 private:
  friend class WriteSide;
  void add() noexcept;

  bool waiting_ = false;
  WriteCall* next_ = nullptr;
};

// A WriteSide knows whether one may go on writing to a stream, and who waits
// for that, or for the connection's end: CPython's FlowControlMixin.
//
// Ownership: part of a StreamProtocol. Thread: the loop's.
class WriteSide {
 public:
  bool lost() const noexcept { return lost_; }

 protected:
  void pause() noexcept { paused_ = true; }
  void resume();
  void lose();

 private:
  friend class WriteCall;
  friend class DrainCall;
  void add(WriteCall& call) noexcept;
  void remove(WriteCall& call) noexcept;
  void wake(WriteCall& call, WriteCall::Woken by);

  WriteCall* first_ = nullptr;  // who waits, in the order of coming
  bool paused_ = false;         // the transport has more than it likes
  bool lost_ = false;
};

// co_await writer.drain()
class DrainCall final : public WriteCall {
 public:
  using Result = void;
  explicit DrainCall(Ref<StreamProtocol> stream) noexcept
      : WriteCall(std::move(stream)) {}

  bool await_ready();
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    if (side_.paused_ && !side_.lost_) return wait(handle);
    begin(handle);  // one turn of the loop, as sleep(0)
    over();
  }
  void await_resume();

 private:
  bool for_the_end() const noexcept override { return false; }
  [[noreturn]] void throw_reset() const;
  bool closing_ = false;
};

// co_await writer.wait_closed()
class WaitClosedCall final : public WriteCall {
 public:
  using Result = void;
  explicit WaitClosedCall(Ref<StreamProtocol> stream) noexcept
      : WriteCall(std::move(stream)) {}

  bool await_ready() const noexcept { return side_.lost(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    wait(handle);
  }
  void await_resume();

 private:
  bool for_the_end() const noexcept override { return true; }
};

}  // namespace asyncio
