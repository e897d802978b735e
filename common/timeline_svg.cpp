#include <algorithm>
#include <string>

#include "common/columns.hpp"
#include "common/timeline.hpp"
#include "common/timeline_scale.hpp"

namespace timeline {
namespace {

using std::chrono::nanoseconds;

constexpr double kWidth = 960;
constexpr double kLeft = 200;   // where time 0 is
constexpr double kRight = 30;   // room for the last number
constexpr double kTop = 74;
constexpr double kRowHeight = 16;
constexpr int kTicks = 8;

constexpr char kStyle[] = R"(<style>
  .back { fill: #ffffff }
  text { fill: #24292f; font: 12px ui-monospace, Menlo, Consolas, monospace }
  .title { font: bold 15px system-ui, sans-serif }
  .soft { fill: #57606a }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .connecting { fill: #d4a72c }
  .waiting { fill: #a8c7ee }
  .receiving { fill: #1a7f37 }
  .failed { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 }
    text { fill: #e6edf3 }
    .soft { fill: #9198a1 }
    .grid { stroke: #30363d }
    .connecting { fill: #d29922 }
    .waiting { fill: #2f5487 }
    .receiving { fill: #3fb950 }
    .failed { fill: #f85149 }
  }
</style>
)";

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : columns::printable(text)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string number(double value) { return columns::decimal(value, 1); }

std::string text_at(double x, double y, const char* attributes,
                    const std::string& text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + attributes +
         ">" + escape(text) + "</text>\n";
}

std::string box(double x, double y, double width, double height,
                const char* kind) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
         number(width) + "\" height=\"" + number(height) + "\" class=\"" +
         kind + "\"/>\n";
}

// A part of a bar. A part of no length is left out, unless it must be seen.
std::string part(const Scale& scale, nanoseconds from, nanoseconds to, double y,
                 const char* kind, double least = 0) {
  const double x = scale.place(from);
  const double width = std::max(scale.place(to) - x, least);
  if (width < 0.05) return "";
  return box(kLeft + x, y, width, kRowHeight - 5, kind);
}

std::string draw_row(const Scale& scale, const Row& row, double y) {
  const auto seconds = [](nanoseconds time) {
    return columns::decimal(static_cast<double>(time.count()) / 1e9, 3);
  };
  std::string text = "<g><title>" + escape(row.label) + ": " +
                     seconds(row.start) + " to " + seconds(row.end) + " s" +
                     (row.failed ? ", failed" : "") + "</title>\n";
  text += text_at(kLeft - 8, y + 9.5, "text-anchor=\"end\"",
                  columns::elide(columns::printable(row.label), 25));
  text += part(scale, row.start, row.connected, y, "connecting");
  text += part(scale, row.connected, row.first_byte, y, "waiting");
  text += part(scale, row.first_byte, row.end, y, "receiving",
               row.failed ? 0 : 2);
  if (row.failed) text += part(scale, row.end, row.end, y, "failed", 4);
  return text + "</g>\n";
}

std::string draw_axis(const Scale& scale, double bottom) {
  std::string text;
  for (const double seconds : scale.ticks(kTicks)) {
    const std::string x = number(kLeft + scale.place(seconds));
    text += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" +
            number(kTop - 4) + "\" y2=\"" + number(bottom) +
            "\" class=\"grid\"/>\n";
    text += text_at(kLeft + scale.place(seconds), bottom + 16,
                    "text-anchor=\"middle\" class=\"soft\"",
                    scale.tick_text(seconds, kTicks) + " s");
  }
  return text;
}

std::string draw_legend() {
  std::string text;
  double x = kLeft;
  for (const char* kind : {"connecting", "waiting", "receiving", "failed"}) {
    text += box(x, 46, 12, 12, kind);
    text += text_at(x + 18, 56, "class=\"soft\"", kind);
    x += 110;
  }
  return text;
}

}  // namespace

std::string render_svg(const std::vector<Row>& rows, const std::string& title) {
  const Scale scale(last_end(rows), kWidth - kLeft - kRight);
  const double bottom =
      kTop + kRowHeight * static_cast<double>(rows.size()) + 4;
  const std::string width = number(kWidth);
  const std::string height = number(bottom + 30);
  std::string text =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width +
      "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height +
      "\" role=\"img\">\n<title>" + escape(title) + "</title>\n" + kStyle;
  text += box(0, 0, kWidth, bottom + 30, "back");
  text += text_at(16, 26, "class=\"title\"", title);
  text += draw_legend() + draw_axis(scale, bottom);
  double y = kTop;
  for (const Row& row : rows) {
    text += draw_row(scale, row, y);
    y += kRowHeight;
  }
  return text + "</svg>\n";
}

}  // namespace timeline
