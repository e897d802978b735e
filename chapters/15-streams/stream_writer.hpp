#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

#include "08-coroutines/coro.hpp"
#include "15-streams/stream_protocol.hpp"

namespace asyncio {

// What drain() and wait_closed() give: await it, or give it to whatever takes
// a coroutine.
template <class Call>
class [[nodiscard]] WriteAwaitable {
 public:
  using Result = void;
  explicit WriteAwaitable(Ref<StreamProtocol> stream) noexcept
      : stream_(std::move(stream)) {}
  Call operator co_await() && { return Call(std::move(stream_)); }
  operator Coro<void>() && { return as_coroutine(std::move(*this)); }

 private:
  static Coro<void> as_coroutine(WriteAwaitable call) {
    co_await std::move(call);
  }
  Ref<StreamProtocol> stream_;
};

// A StreamWriter writes bytes to a stream: asyncio.StreamWriter. write()
// never waits; what the kernel does not take is kept, and drain() waits while
// that is too much. So after each write:
//
//     writer.write(answer);
//     co_await writer.drain();
//
// It is a handle: copies share one stream. The last one to go closes it, as
// close() does: what was written is still sent. Thread: the loop's.
class StreamWriter {
 public:
  // REQUIRES: the protocol gets its transport before anything is written.
  explicit StreamWriter(Ref<StreamProtocol> stream) noexcept
      : stream_(std::move(stream)) {
    stream_->add_writer();
  }
  StreamWriter(const StreamWriter& other) noexcept : stream_(other.stream_) {
    if (stream_) stream_->add_writer();
  }
  StreamWriter(StreamWriter&& other) noexcept = default;
  StreamWriter& operator=(StreamWriter other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~StreamWriter() {
    if (stream_) stream_->remove_writer();
  }

  // See Transport: these never wait.
  void write(std::string_view data) const { transport().write(data); }
  void writelines(std::span<const std::string_view> pieces) const {
    transport().writelines(pieces);
  }
  void writelines(std::initializer_list<std::string_view> pieces) const {
    transport().writelines({pieces.begin(), pieces.size()});
  }
  // Says that nothing more will be written: the peer reads the end when all
  // is sent. Reading goes on.
  void write_eof() const { transport().write_eof(); }
  bool can_write_eof() const noexcept { return transport().can_write_eof(); }

  // Returns at once unless too much is waiting to be sent (64 KiB, see
  // set_write_buffer_limits); then, when most of it is sent. Throws what the
  // connection was lost with; after a regular end, "Connection reset".
  auto drain() const { return WriteAwaitable<DrainCall>(stream_); }

  // Ends the stream, once all is sent.
  void close() const { transport().close(); }
  bool is_closing() const noexcept { return transport().is_closing(); }
  // Waits for that end. Throws what the connection was lost with.
  auto wait_closed() const { return WriteAwaitable<WaitClosedCall>(stream_); }

  ExtraInfo get_extra_info() const { return transport().get_extra_info(); }
  Transport& transport() const noexcept { return *stream_->transport(); }

 private:
  Ref<StreamProtocol> stream_;
};

}  // namespace asyncio
