// A timeline is a picture of requests that overlap, or do not: time runs to
// the right, and each request is a bar with up to three parts, connecting,
// waiting for the first byte, and receiving. It is drawn as text for a
// terminal and as SVG for a browser.
//
// Plain functions of plain values: any thread, no I/O, no errors.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace timeline {

// Row is one request. Times count from the picture's left edge. A request
// that never got as far as `connected` or `first_byte` has `end` there.
struct Row {
  std::string label;
  std::chrono::nanoseconds start{};
  std::chrono::nanoseconds connected{};
  std::chrono::nanoseconds first_byte{};
  std::chrono::nanoseconds end{};
  bool failed = false;
};

struct TextStyle {
  int width = 80;      // columns; at least 40 are used
  bool utf8 = false;   // block characters instead of ASCII
  bool color = false;  // ANSI colours
  // More rows than this are packed into lanes: a row stands in the first lane
  // that is free when it starts, so there are as many lanes as requests were
  // ever under way at once.
  std::size_t most_rows = 30;
  // The time at the right edge; 0: the last row's end. Two pictures with the
  // same span can be compared by eye.
  std::chrono::nanoseconds span{};
};

// What fits the stream behind `fd`: block characters where the locale's
// character set is UTF-8, colours on a terminal unless NO_COLOR is set
// (no-color.org).
TextStyle style_for(int fd);

// Lines that end in '\n': the bars, an axis, a legend.
std::string render_text(const std::vector<Row>& rows, const TextStyle& style);

// A whole SVG document that follows the reader's light or dark preference.
std::string render_svg(const std::vector<Row>& rows, const std::string& title);

// The lane of each row, by index: rows in one lane do not overlap. `rows` are
// in order of start.
std::vector<std::size_t> lanes(const std::vector<Row>& rows);

}  // namespace timeline
