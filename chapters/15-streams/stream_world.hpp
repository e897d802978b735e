// What the tests of streams share.
//
// Not part of the library: for programs and tests.

#pragma once

#include <sys/socket.h>

#include <exception>
#include <string>
#include <utility>

#include "08-coroutines/coro.hpp"
#include "15-streams/streams.hpp"
#include "common/error.hpp"

namespace test {

// What `awaitable` throws, as text; "" if nothing.
template <class A>
asyncio::Coro<std::string> error_of(A awaitable) {
  try {
    co_await std::move(awaitable);
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "";
}

// A stream, and a plain blocking socket at its other end.
struct Ends {
  asyncio::Stream stream;
  asyncio::Socket peer;
};
inline asyncio::Coro<Ends> open_pair(asyncio::StreamOptions options = {}) {
  auto [ours, theirs] = asyncio::Socket::pair();
  ours.set_nonblocking();
  asyncio::Stream stream =
      co_await asyncio::open_connection(std::move(ours), options);
  Ends ends{std::move(stream), std::move(theirs)};
  co_return ends;
}

// Ends a connection with a reset: its peer gets an error, and no end.
inline void reset(asyncio::Socket& socket) {
  const linger now{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket.close();
}

}  // namespace test
