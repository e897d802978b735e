#pragma once

#include <functional>
#include <string>
#include <utility>

#include "15-streams/streams.hpp"

namespace exercise {

// Makes row number n of a report, without a newline.
using MakeRow = std::function<std::string(int)>;

// Sends a report to one client: a heading, `rows` rows, and a last line. The
// connection ends when the last copy of `writer` is gone.
inline asyncio::Coro<> send_report(asyncio::StreamWriter writer,
                                   MakeRow make_row, int rows) {
  writer.write("report\n");
  co_await writer.drain();
  for (int n = 0; n < rows; ++n) {
    std::string row = make_row(n);
    row += '\n';
    writer.write(row);
    co_await writer.drain();
  }
  writer.write("end\n");
  co_await writer.drain();
}

}  // namespace exercise
