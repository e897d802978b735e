#include "common/timeline.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "common/columns.hpp"
#include "common/timeline_scale.hpp"

namespace timeline {
namespace {

using std::chrono::nanoseconds;

enum Part { kNothing, kConnecting, kWaiting, kReceiving, kOther, kFailed };

// What a cell of each Part looks like. kReceiving and kOther also tell the
// neighbours in a lane apart.
constexpr const char* kAscii[] = {" ", ".", "-", "=", "#", "x"};
constexpr const char* kBlocks[] = {" ", "░", "▒", "█", "▓", "x"};
constexpr const char* kColors[] = {"",         "\x1b[33m", "\x1b[34m",
                                   "\x1b[32m", "\x1b[36m", "\x1b[31m"};

// Canvas turns parts into text of the wanted style.
class Canvas {
 public:
  Canvas(const TextStyle& style, std::size_t label_width, nanoseconds span)
      : style_(style),
        label_width_(label_width),
        // A space stands before the bars. Two are free behind them.
        cells_(static_cast<std::size_t>(std::max(style.width, 40)) -
               label_width - 3),
        scale_(span, static_cast<double>(cells_)) {}

  std::size_t cell(nanoseconds time) const {
    const double place = std::clamp(std::round(scale_.place(time)), 0.0,
                                    static_cast<double>(cells_ - 1));
    return static_cast<std::size_t>(place);
  }

  // At least one cell, however short the row. Rounded as the start is: of two
  // rows one behind the other, neither covers the other's cells.
  std::size_t end_cell(const Row& row) const {
    const double place = std::clamp(std::round(scale_.place(row.end)), 0.0,
                                    static_cast<double>(cells_));
    return std::max(static_cast<std::size_t>(place), cell(row.start) + 1);
  }

  nanoseconds middle(std::size_t cell) const {
    return scale_.time(static_cast<double>(cell) + 0.5);
  }

  std::vector<Part> blank() const {
    return std::vector<Part>(cells_, kNothing);
  }

  std::string line(std::string_view label, std::vector<Part> parts) const {
    while (!parts.empty() && parts.back() == kNothing) parts.pop_back();
    std::string text = columns::left(columns::elide(label, label_width_),
                                     label_width_) + " ";
    Part last = kNothing;
    for (const Part part : parts) {
      if (part != last) color(text, last = part);
      text += glyph(part);
    }
    color(text, kNothing);
    return text + "\n";
  }

  std::string sample(Part part, const char* meaning) const {
    std::string text = "  ";
    color(text, part);
    text += glyph(part);
    color(text, kNothing);
    return text + " " + meaning;
  }

  // Each number begins under the instant that it names.
  std::string axis() const {
    const int most = static_cast<int>(cells_ / 10);
    std::string text;
    for (const double seconds : scale_.ticks(most)) {
      const std::string number = scale_.tick_text(seconds, most) + " s";
      const std::size_t column =
          label_width_ + 1 +
          static_cast<std::size_t>(std::lround(scale_.place(seconds)));
      if (column + number.size() > label_width_ + 3 + cells_) break;
      text = columns::left(text, column) + number;
    }
    return text + "\n";
  }

 private:
  const char* glyph(Part part) const {
    return style_.utf8 ? kBlocks[part] : kAscii[part];
  }
  void color(std::string& text, Part part) const {
    if (style_.color) text += part == kNothing ? "\x1b[0m" : kColors[part];
  }

  const TextStyle& style_;
  const std::size_t label_width_;
  const std::size_t cells_;
  const Scale scale_;
};

Part part_at(const Row& row, nanoseconds time) {
  if (time < row.connected) return kConnecting;
  return time < row.first_byte ? kWaiting : kReceiving;
}

std::string draw_rows(const std::vector<Row>& rows, const TextStyle& style,
                      nanoseconds span) {
  std::size_t label_width = 5;
  std::vector<std::string> labels;
  for (const Row& row : rows) {
    labels.push_back(columns::printable(row.label));
    label_width = std::max(label_width, columns::width(labels.back()));
  }
  label_width = std::min(label_width, static_cast<std::size_t>(
                                          std::max(style.width, 40) / 3));
  const Canvas canvas(style, label_width, span);
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<Part> parts = canvas.blank();
    const std::size_t end = canvas.end_cell(rows[i]);
    for (std::size_t c = canvas.cell(rows[i].start); c < end; ++c) {
      parts[c] = part_at(rows[i], canvas.middle(c));
    }
    parts[end - 1] = rows[i].failed ? kFailed : kReceiving;
    text += canvas.line(labels[i], std::move(parts));
  }
  return text + canvas.axis() + canvas.sample(kConnecting, "connecting") +
         canvas.sample(kWaiting, "waiting") +
         canvas.sample(kReceiving, "receiving") +
         canvas.sample(kFailed, "failed") + "\n";
}

std::string draw_lanes(const std::vector<Row>& rows, const TextStyle& style,
                       nanoseconds span) {
  const std::vector<std::size_t> lane_of = lanes(rows);
  const std::size_t count =
      *std::max_element(lane_of.begin(), lane_of.end()) + 1;
  const Canvas canvas(style, std::to_string(count).size(), span);
  std::vector<std::vector<Part>> parts(count, canvas.blank());
  std::vector<Part> next(count, kReceiving);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<Part>& lane = parts[lane_of[i]];
    Part& part = next[lane_of[i]];
    const std::size_t end = canvas.end_cell(rows[i]);
    for (std::size_t c = canvas.cell(rows[i].start); c < end; ++c) {
      lane[c] = part;
    }
    if (rows[i].failed) lane[end - 1] = kFailed;
    part = part == kReceiving ? kOther : kReceiving;
  }
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += canvas.line(std::to_string(i + 1), std::move(parts[i]));
  }
  return text + canvas.axis() +
         canvas.sample(kReceiving, "and ") +
         canvas.sample(kOther, "requests in turn, a line for each under way "
                               "at once").substr(2) +
         canvas.sample(kFailed, "failed") + "\n";
}

}  // namespace

std::string render_text(const std::vector<Row>& rows, const TextStyle& style) {
  if (rows.empty()) return "no requests\n";
  const nanoseconds span =
      style.span > nanoseconds::zero() ? style.span : last_end(rows);
  return rows.size() > style.most_rows ? draw_lanes(rows, style, span)
                                       : draw_rows(rows, style, span);
}

std::vector<std::size_t> lanes(const std::vector<Row>& rows) {
  std::vector<std::size_t> result;
  std::vector<nanoseconds> free_from;
  for (const Row& row : rows) {
    std::size_t lane = 0;
    while (lane < free_from.size() && free_from[lane] > row.start) ++lane;
    if (lane == free_from.size()) free_from.emplace_back();
    free_from[lane] = row.end;
    result.push_back(lane);
  }
  return result;
}

nanoseconds last_end(const std::vector<Row>& rows) {
  nanoseconds last{1};
  for (const Row& row : rows) last = std::max(last, row.end);
  return last;
}

TextStyle style_for(int fd) {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  // The first of these that is set decides (POSIX, "Environment Variables").
  std::string_view locale = environment("LC_ALL");
  if (locale.empty()) locale = environment("LC_CTYPE");
  if (locale.empty()) locale = environment("LANG");
  TextStyle style;
  for (const char* name : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
    style.utf8 = style.utf8 || locale.find(name) != locale.npos;
  }
  if (!::isatty(fd)) return style;
  style.color = environment("NO_COLOR").empty() &&
                environment("TERM") != "dumb";
  style.width = std::clamp(columns::terminal_width(fd) - 1, 40, 120);
  return style;
}

}  // namespace timeline
