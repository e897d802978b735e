#pragma once

#include <cstdint>
#include <functional>

#include "08-coroutines/coro.hpp"
#include "09-futures/future_base.hpp"
#include "15-streams/read_side.hpp"
#include "15-streams/write_side.hpp"

namespace asyncio {

class StreamReader;
class StreamWriter;

// What a server calls for each connection: it runs as a task.
using ClientConnected = std::function<Coro<>(StreamReader, StreamWriter)>;

// A ClientHandler is a ClientConnected that all connections of a server
// share.
class ClientHandler : public RefCounted {
 public:
  explicit ClientHandler(ClientConnected function)
      : function_(std::move(function)) {}
  Coro<> operator()(StreamReader reader, StreamWriter writer) const;

 private:
  const ClientConnected function_;
};

// A StreamProtocol stands between a transport, which calls, and coroutines,
// which wait. It is CPython's StreamReaderProtocol with its StreamReader in
// one object; StreamReader and StreamWriter are handles to it.
//
// Ownership: shared by its handles, its transport until the connection is
// lost, and the task of its handler until that has ended. When the last
// StreamWriter goes, it closes the transport. Thread: the loop's.
class StreamProtocol final : public Protocol,
                             public ReadSide,
                             private Callback,
                             public WriteSide {
 public:
  // With a `handler`, that is started when the connection is made.
  explicit StreamProtocol(std::size_t limit, Ref<ClientHandler> handler = {});
  ~StreamProtocol() override;

  void connection_made(Transport& transport) override;
  void data_received(std::string_view data) override { feed_data(data); }
  bool eof_received() override;
  void connection_lost(std::exception_ptr error) override;
  void pause_writing() override { WriteSide::pause(); }
  void resume_writing() override { WriteSide::resume(); }

  // What the connection was lost with; empty for a regular end.
  std::exception_ptr lost_error() const noexcept {
    return failed_ ? exception() : nullptr;
  }

  // StreamWriter counts its copies.
  void add_writer() noexcept { ++writers_; }
  void remove_writer() noexcept {
    if (--writers_ == 0) close_unclosed();
  }

 private:
  void start_handler();
  void close_unclosed() noexcept;

  // As a callback, it is told when the handler's task has ended.
  void run() override;
  void drop() noexcept override;
  std::string describe() const override { return "stream handler's end"; }

  bool failed_ = false;  // it was lost with an error: exception()
  std::uint32_t writers_ = 0;
  Ref<ClientHandler> handler_;  // kept: its coroutine may use its captures
  Ref<FutureBase> task_;
};

}  // namespace asyncio
