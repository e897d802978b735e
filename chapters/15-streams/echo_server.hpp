// answer() of chapter 01 and chapter 10, on streams.
//
// Not part of the library: for programs and tests.

#pragma once

#include <string>

#include "15-streams/streams.hpp"

namespace echo {

inline asyncio::Coro<> answer(asyncio::StreamReader reader,
                              asyncio::StreamWriter writer) {
  for (;;) {
    std::string data = co_await reader.read(4096);
    if (data.empty()) co_return;
    writer.write(data);
    co_await writer.drain();
  }
}

}  // namespace echo
