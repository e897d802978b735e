#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "15-streams/async_generator.hpp"
#include "15-streams/stream_protocol.hpp"
#include "15-streams/stream_reads.hpp"

namespace asyncio {

// A StreamReader reads bytes from a stream, and waits for those that have not
// come: asyncio.StreamReader. It is a handle: copies share one stream.
//
//     std::string line = co_await reader.readline();
//     if (line.empty()) co_return;  // the end
//
// One coroutine at a time may read; a second one throws std::runtime_error.
// A read that is cancelled takes nothing. A read that finds what it wants in
// the buffer does not suspend. Each throws the error that the connection was
// lost with, "recv 127.0.0.1:80: Connection reset by peer".
//
// `limit` bounds the line that readline() and readuntil() give, and, doubled,
// what is kept when nobody reads: above that the peer has to wait.
//
// open_connection() and start_server() make one. One made by hand is fed by
// hand, by a protocol or a test. Thread: the loop's.
class StreamReader {
 public:
  static constexpr std::size_t kDefaultLimit = 64 * 1024;

  // Throws std::invalid_argument if limit is 0.
  explicit StreamReader(std::size_t limit = kDefaultLimit)
      : stream_(make_ref<StreamProtocol>(limit)) {}
  explicit StreamReader(Ref<StreamProtocol> stream) noexcept
      : stream_(std::move(stream)) {}

  // What is there, but `count` bytes at most; waits only if nothing is. Empty
  // at the end, and for a count of 0.
  auto read(std::size_t count) const {
    return ReadAwaitable<ReadSome, std::size_t>(stream_, count);
  }
  // The same into a buffer of your own; how many bytes, 0 at the end.
  auto read_into(std::span<char> place) const {
    return ReadAwaitable<ReadInto, std::span<char>>(stream_, place);
  }
  // All until the end.
  auto read() const { return ReadAwaitable<ReadAll>(stream_); }

  // Exactly `count` bytes. Throws IncompleteReadError if the end comes first.
  auto readexactly(std::size_t count) const {
    return ReadAwaitable<ReadExactly, std::size_t>(stream_, count);
  }
  // Up to `separator`, and with it. Throws IncompleteReadError if the end
  // comes first, LimitOverrunError if more than the limit stands before it,
  // which leaves the bytes to be read otherwise; std::invalid_argument if it
  // is empty.
  auto readuntil(std::string separator = "\n") const {
    return ReadAwaitable<ReadUntil, std::string>(stream_,
                                                 std::move(separator));
  }
  // A line with its "\n"; without it, the last one; empty at the end. A line
  // longer than the limit is thrown away, and LimitOverrunError thrown.
  auto readline() const { return ReadAwaitable<ReadLine>(stream_); }

  // The lines until the end, one after another.
  AsyncGenerator<std::string> lines() const;

  // The end was reached, and all was read.
  bool at_eof() const noexcept { return stream_->at_eof(); }

  // For those who feed it: what has come, that nothing more will, or that the
  // stream has failed.
  void feed_data(std::string_view data) const { stream_->feed_data(data); }
  void feed_eof() const { stream_->feed_eof(); }
  void set_exception(std::exception_ptr error) const {
    stream_->set_exception(std::move(error));
  }
  const std::exception_ptr& exception() const noexcept {
    return stream_->exception();
  }
  // Whom to pause when too much comes; once.
  void set_transport(Ref<Transport> transport) const {
    stream_->set_transport(std::move(transport));
  }

  // The protocol to give to a transport, which then feeds it.
  const Ref<StreamProtocol>& protocol() const noexcept { return stream_; }

 private:
  Ref<StreamProtocol> stream_;
};

}  // namespace asyncio
