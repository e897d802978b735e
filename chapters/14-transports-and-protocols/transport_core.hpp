// Private to this chapter.

#pragma once

#include <memory>
#include <string>

#include "05-callbacks/context.hpp"
#include "05-callbacks/event_loop.hpp"
#include "09-futures/future.hpp"
#include "14-transports-and-protocols/protocol.hpp"
#include "14-transports-and-protocols/transport.hpp"
#include "common/interrupt.hpp"

namespace asyncio {

class TransportCore;

// A TransportRegistry is a loop's service that knows the open transports: it
// keeps each alive until its protocol was told connection_lost(), and lends
// all of them one buffer to read into, since only one reads at a time.
class TransportRegistry {
 public:
  explicit TransportRegistry(EventLoop& loop) noexcept : loop_(loop) {}
  // Takes down what is left when the loop dies: descriptors are closed and
  // protocols let go, so that no ring of transport and protocol stays behind.
  ~TransportRegistry();

  EventLoop& loop() const noexcept { return loop_; }

  // How much is read at once: CPython's max_size. Made when first needed.
  static constexpr std::size_t kReadSize = 256 * 1024;
  char* read_buffer() {
    if (!buffer_) [[unlikely]] make_buffer();
    return buffer_.get();
  }

  // Calls `function(core)` for each; it may close transports.
  template <class F>
  void for_each(F function);

 private:
  friend class TransportCore;
  void make_buffer();

  EventLoop& loop_;
  TransportCore* first_ = nullptr;
  std::unique_ptr<char[]> buffer_;
};

// A TransportCore is what the transports on descriptors have in common: how
// they end, when they pause their protocol, and how the loop keeps them. It
// follows CPython's _SelectorTransport and _FlowControlMixin.
//
// A connection ends in one of three ways, and each time connection_lost() is
// called once, by the loop: close() with nothing left to send, close() and
// then the last byte sent, or an error or abort().
class TransportCore {
 public:
  EventLoop& loop() const noexcept { return registry_.loop(); }
  bool is_closing() const noexcept { return closing_; }

  // Whatever the core belongs to, to be held by a Ref.
  virtual RefCounted& self() noexcept = 0;
  // Who has accepted the connection, or nullptr.
  virtual const void* accepted_by() const noexcept { return nullptr; }
  virtual void close_it() = 0;
  virtual void abort_it() { force_close(nullptr); }

 protected:
  explicit TransportCore(EventLoop& loop)
      : registry_(loop.service<TransportRegistry>()) {}
  TransportCore(const TransportCore&) = delete;
  TransportCore& operator=(const TransportCore&) = delete;
  ~TransportCore() = default;

  // Puts the transport in the registry: from then on it lives until its
  // connection is lost. In the next iteration the protocol is told
  // connection_made(), reading starts, and `connected` is completed, if there
  // is one. Throws std::runtime_error if the loop is closed.
  void begin(Future<> connected);

  // What a transport must be able to do. stop_io(): no call to read or write
  // will come any more.
  virtual void tell_connected() = 0;
  virtual void start_reading() = 0;
  virtual void stop_io() noexcept = 0;
  virtual void close_descriptor() noexcept = 0;
  virtual void drop_buffer() noexcept = 0;
  virtual std::size_t buffer_size() const noexcept = 0;
  virtual void detached() noexcept {}  // the last thing that is called

  // Runs `function`; an exception ends the connection.
  template <class F>
  bool guarded(const char* message, F function);
  // In a catch block: what went wrong ends the connection, and is reported
  // if it is no error of the system.
  void fatal_error(const char* message);
  void force_close(std::exception_ptr error);
  // connection_lost() was called: nobody would let go of a protocol again.
  bool is_over() const noexcept { return lost_ && !enrolled_; }
  // connection_lost(), soon or now.
  void lose_soon(std::exception_ptr error);
  void lose_now(const std::exception_ptr& error);

  void set_limits(std::optional<std::size_t> high,
                  std::optional<std::size_t> low);
  void maybe_pause_protocol();
  void maybe_resume_protocol();

  // Runs `function`; an exception is only reported.
  template <class F>
  void reported(const char* message, F function);
  void report(const char* message);  // in a catch block

  // What who has made the transport runs in.
  Context& context() noexcept { return context_; }

  TransportRegistry& registry_;
  Ref<AnyProtocol> protocol_;
  std::size_t low_water_ = 16 * 1024;
  std::size_t high_water_ = 64 * 1024;

 private:
  friend class TransportRegistry;
  void enroll() noexcept;
  void leave() noexcept;
  void abandon() noexcept;

  Context context_ = Context::current();
  TransportCore* previous_ = nullptr;  // in the registry's list
  TransportCore* next_ = nullptr;
  bool enrolled_ = false;

 protected:  // last, so that a subclass's flags can stand beside them
  bool closing_ = false;          // close() was called, or the end is near
  bool lost_ = false;             // connection_lost() is under way or over
  bool protocol_paused_ = false;  // pause_writing() was called
};

template <class F>
void TransportRegistry::for_each(F function) {
  for (TransportCore* core = first_; core;) {
    Ref<RefCounted> keep(&core->self());
    function(*core);
    core = core->next_;
  }
}

template <class F>
bool TransportCore::guarded(const char* message, F function) {
  try {
    function();
    return true;
  } catch (const Interrupted&) {
    throw;  // Ctrl-C is not the connection's error
  } catch (...) {
    fatal_error(message);
    return false;
  }
}

template <class F>
void TransportCore::reported(const char* message, F function) {
  try {
    function();
  } catch (const Interrupted&) {
    throw;
  } catch (...) {
    report(message);
  }
}

}  // namespace asyncio
