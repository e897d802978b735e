#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

#include "10-tasks/leaf_wait.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "15-streams/byte_queue.hpp"

namespace asyncio {

class ReadCall;
class StreamProtocol;

// A ReadSide is what has come on a stream and was not read yet, and how it
// ends: the inside of CPython's StreamReader. A protocol feeds it; one
// ReadCall at a time takes from it.
//
// It holds at most twice its limit, and what comes with one more read of the
// transport: above that it pauses the transport, and at the limit it lets it
// go on. A call that needs more than that gets it all the same.
//
// Ownership: part of a StreamProtocol. Thread: the loop's.
class ReadSide {
 public:
  // Throws std::invalid_argument if limit is 0. One above 4 GiB counts as
  // 4 GiB.
  explicit ReadSide(std::size_t limit);

  void feed_data(std::string_view data);  // REQUIRES: no feed_eof() before
  void feed_eof();
  // Whoever reads gets this error from now on.
  void set_exception(std::exception_ptr error);
  const std::exception_ptr& exception() const noexcept { return exception_; }

  // Whom to pause; once.
  void set_transport(Ref<Transport> transport);
  const Ref<Transport>& transport() const noexcept { return transport_; }

  bool at_eof() const noexcept { return eof_ && bytes_.empty(); }
  std::size_t limit() const noexcept { return limit_; }

 private:
  friend class ReadCall;
class StreamProtocol;
  void begin(ReadCall& call);
  void resume_transport();

  ByteQueue bytes_;
  ReadCall* call_ = nullptr;  // who waits, or was woken and did not run yet
  Ref<Transport> transport_;
  std::exception_ptr exception_;
  const std::uint32_t limit_;
  bool eof_ = false;
  bool paused_ = false;
};

// A ReadCall is read(), readline() or another of them, awaited: it stands in
// the frame of the coroutine that awaits it, so waiting allocates nothing.
//
// Bytes leave the queue only when the coroutine goes on, in await_resume:
// one that is cancelled, however late, leaves them for the next read.
// CPython wakes the reader for whatever comes; here the call is asked first
// whether it is enough.
class ReadCall : private LeafWait {
 public:
  ReadCall(const ReadCall&) = delete;
  ReadCall& operator=(const ReadCall&) = delete;

  bool await_ready() {
    if (side_.call_) [[unlikely]] throw_busy();
    return side_.exception_ || enough();
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    side_.begin(*this);
    LeafWait::begin(handle);
  }

 protected:
  explicit ReadCall(Ref<StreamProtocol> stream) noexcept;
  ~ReadCall();

  // True if the call can end: with what it wants, or without.
  virtual bool enough() = 0;
  virtual const char* name() const noexcept = 0;

  // From await_resume, first and last: throws if the call was cancelled or
  // the stream has failed; lets the transport go on if there is room.
  void check();
  void taken() { side_.resume_transport(); }

  ByteQueue& bytes() const noexcept { return side_.bytes_; }
  bool eof() const noexcept { return side_.eof_; }
  std::size_t limit() const noexcept { return side_.limit_; }

 private:
  friend class ReadSide;
  void look() {
    if (side_.exception_ || enough()) over();
  }
  void withdraw() noexcept override {
    if (side_.call_ == this) side_.call_ = nullptr;
  }
  [[noreturn]] void throw_busy() const;

  ReadSide& side_;  // a part of what is kept alive here
  const Ref<StreamProtocol> stream_;
};

}  // namespace asyncio
