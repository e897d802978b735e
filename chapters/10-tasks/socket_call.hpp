#pragma once

#include <exception>

#include "10-tasks/leaf_wait.hpp"
#include "common/socket.hpp"

namespace asyncio {

// A SocketCall is a call on a socket that may have to wait. It is made at
// once. If the kernel says that it would block, the coroutine suspends, and
// the loop makes the call each time that the socket is ready, until it is
// done: what CPython's _sock_recv and its like do.
//
// It stands in the frame of the coroutine that awaits it, so waiting for a
// socket allocates nothing. The socket must outlive it. Cancelling one that
// has done its work takes effect at the next await, so nothing that was
// received is lost.
class SocketCall : private IoWaiter, private LeafWait {
 public:
  SocketCall(const SocketCall&) = delete;
  SocketCall& operator=(const SocketCall&) = delete;

  bool await_ready() { return attempt(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    wait_on(handle.promise().driver().loop());
    begin(handle);
  }

 protected:
  SocketCall(const Socket& socket, int event) noexcept
      : socket_(socket), event_(event) {}
  ~SocketCall() {
    if (waiting()) {
      withdraw();
    } else if (is_on_its_way()) {
      loop().unschedule(*this);
    }
  }

  // Makes the call. False: it would block.
  virtual bool attempt() = 0;

  // From await_resume: throws if it failed or was cancelled.
  void end() const {
    throw_if_cancelled();
    if (error_) [[unlikely]] fail();
  }
  using LeafWait::check_interrupt;

 private:
  void run() override;
  void drop() noexcept override { lost(); }
  std::string describe() const override { return "socket call"; }
  void withdraw() noexcept override {
    if (waiting()) loop().cancel_io(*this);
  }
  void wait_on(EventLoop& loop) {
    loop.wait_io(*this, socket_.fd(), socket_.generation(), event_);
  }
  [[noreturn]] void fail() const;

  const Socket& socket_;
  const int event_;
  std::exception_ptr error_;
};

// What the functions give that make a SocketCall of type Call: await it, or
// give it to whatever takes a coroutine.
template <class Call, class S, class Argument>
class [[nodiscard]] SocketAwaitable {
 public:
  using Result = typename Call::Result;
  SocketAwaitable(S& socket, Argument argument) noexcept
      : socket_(socket), argument_(argument) {}
  Call operator co_await() const noexcept { return Call(socket_, argument_); }
  operator Coro<Result>() const { return as_coroutine(*this); }

 private:
  static Coro<Result> as_coroutine(SocketAwaitable call) {
    co_return co_await call;
  }
  S& socket_;
  Argument argument_;
};

// The call that does nothing, once the socket is ready.
class Readiness final : public SocketCall {
 public:
  using Result = void;
  Readiness(const Socket& socket, int event) noexcept
      : SocketCall(socket, event) {}
  bool await_ready() const noexcept { return false; }
  void await_resume() const {
    end();
    check_interrupt();
  }

 private:
  bool attempt() override { return true; }
};

// co_await readable(socket): returns once a read would not block, or would
// tell an error. One coroutine at a time may wait for each event.
using WaitReady = SocketAwaitable<Readiness, const Socket, int>;
inline WaitReady readable(const Socket& socket) noexcept {
  return {socket, EVENT_READ};
}
inline WaitReady writable(const Socket& socket) noexcept {
  return {socket, EVENT_WRITE};
}

}  // namespace asyncio
