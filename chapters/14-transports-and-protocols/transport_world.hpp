// What the tests of the transports share: a protocol that writes down what it
// is told, and a transport on one end of a pair of sockets, whose other end
// the test holds.
//
// Not part of the library: for programs and tests.

#pragma once

#include <sys/socket.h>

#include <functional>
#include <string>

#include "05-callbacks/loop_test.hpp"
#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "common/error.hpp"

namespace test {

// The log: "made", "data abc", "eof", "pause", "resume", "lost", or "lost:"
// and the error. The functions are called after the line was written.
class Recorder : public asyncio::Protocol {
 public:
  void connection_made(asyncio::Transport& made) override {
    transport = &made;
    log.push_back("made");
    if (on_made) on_made();
  }
  void data_received(std::string_view data) override {
    received += data;
    if (log_data) log.push_back("data " + std::string(data));
    if (on_data) on_data();
  }
  bool eof_received() override {
    log.push_back("eof");
    if (on_eof) on_eof();
    return keep_open;
  }
  void connection_lost(std::exception_ptr error) override {
    log.push_back(error ? "lost: " + asyncio::describe(error) : "lost");
    if (on_lost) on_lost();
  }
  void pause_writing() override {
    log.push_back("pause");
    if (on_pause) on_pause();
  }
  void resume_writing() override { log.push_back("resume"); }

  Log log;
  std::string received;
  bool log_data = true;
  bool keep_open = false;
  asyncio::Transport* transport = nullptr;
  std::function<void()> on_made, on_data, on_eof, on_lost, on_pause;
};

inline asyncio::Ref<Recorder> make_recorder() {
  return asyncio::make_ref<Recorder>();
}

struct Ends {
  asyncio::Ref<Recorder> protocol;
  asyncio::Ref<asyncio::Transport> transport;
  asyncio::Socket peer;
};

// A transport on one end of a socketpair.
inline asyncio::Coro<Ends> connect_ends(
    asyncio::Ref<Recorder> protocol = make_recorder()) {
  auto [mine, peer] = asyncio::Socket::pair();
  peer.set_nonblocking();
  asyncio::ProtocolFactory factory = [protocol] { return protocol; };
  asyncio::Connection made =
      co_await asyncio::create_connection(factory, std::move(mine));
  co_return Ends{protocol, made.transport, std::move(peer)};
}

// Lets the loop make so many iterations. Its clock must be a manual one: then
// each asks the selector.
inline asyncio::Coro<> turns(int count = 3) {
  while (count-- > 0) co_await asyncio::sleep(asyncio::Duration::zero());
}

// Lets it run until something holds that must come true: over TCP, what is
// sent arrives when the kernel gets to it.
template <class Predicate>
asyncio::Coro<> until(Predicate holds) {
  while (!holds()) co_await turns(1);
}

// All that has come; at the end of file, `ended` becomes true.
inline std::string take(asyncio::Socket& socket, bool* ended = nullptr) {
  std::string all;
  static char piece[65536];
  for (;;) {
    std::optional<std::size_t> count = socket.try_recv(piece, sizeof piece);
    if (ended && count) *ended = *count == 0;
    if (!count || *count == 0) return all;
    all.append(piece, *count);
  }
}

// Closes a socket so that its peer gets a reset instead of an end.
inline void reset(asyncio::Socket& socket) {
  const linger now{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket.close();
}

// While it lives, the running loop's exception handler only counts.
class Reports {
 public:
  explicit Reports(asyncio::EventLoop& loop) : loop_(loop) {
    loop.set_exception_handler(
        [this](asyncio::EventLoop&, const asyncio::ExceptionContext& context) {
          messages.push_back(context.message);
          last = asyncio::describe(context.exception);
        });
  }
  ~Reports() { loop_.set_exception_handler({}); }
  Log messages;
  std::string last;

 private:
  asyncio::EventLoop& loop_;
};

// More than the kernel takes at once, and not all the same.
inline std::string big_message(std::size_t size = 4u << 20) {
  std::string message(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    message[i] = static_cast<char>(i * 2654435761u >> 24);
  }
  return message;
}

}  // namespace test
