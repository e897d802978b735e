#include "15-streams/stream_reader.hpp"

namespace asyncio {

namespace {
// Not a member: the handle may be gone before the generator.
AsyncGenerator<std::string> lines_of(StreamReader reader) {
  for (;;) {
    std::string line = co_await reader.readline();
    if (line.empty()) co_return;
    co_yield std::move(line);
  }
}
}  // namespace

AsyncGenerator<std::string> StreamReader::lines() const {
  return lines_of(*this);
}

}  // namespace asyncio
