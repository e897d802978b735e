#include "common/timeline.hpp"

#include <cstdlib>

#include "common/columns.hpp"
#include "common/test.hpp"

namespace timeline {
namespace {

using std::chrono::milliseconds;

Row row(std::string label, int start, int connected, int first_byte, int end,
        bool failed = false) {
  return {std::move(label),         milliseconds(start),
          milliseconds(connected),  milliseconds(first_byte),
          milliseconds(end),        failed};
}

std::vector<Row> many(int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back(row("/" + std::to_string(i), i * 10, i * 10, i * 10 + 5,
                       i * 10 + 20));
  }
  return rows;
}

void check_width(const std::string& text, std::size_t most) {
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != text.npos;
       start = end + 1) {
    CHECK(columns::width(text.substr(start, end - start)) <= most);
  }
}

TEST("a bar shows connecting, waiting and receiving to scale") {
  // 40 columns: 5 of label, a space, 32 of bars, 2 free.
  TextStyle style;
  style.width = 40;
  const std::string text = render_text(
      {row("/a", 0, 40, 120, 160), row("/b", 160, 160, 320, 320, true)},
      style);
  CHECK_EQ(text,
           "/a    ....--------====\n"
           "/b                    ---------------x\n"
           "      0 s                 0.2 s\n"
           "  . connecting  - waiting  = receiving  x failed\n");
}

TEST("the shortest request is seen, at either end of the picture") {
  TextStyle style;
  style.width = 40;
  const std::string text = render_text(
      {row("/a", 0, 0, 0, 0), row("/b", 0, 0, 1000, 1000),
       row("/c", 1000, 1000, 1000, 1000)},
      style);
  CHECK_EQ(text.substr(0, text.find("0 s")),
           "/a    =\n"
           "/b    -------------------------------=\n"
           "/c                                   =\n"
           "      ");
}

TEST("no picture is wider than asked for") {
  std::vector<Row> rows = many(30);
  rows[3].label = std::string(200, 'x') + "\n\x1b[2J";
  for (const int width : {40, 60, 80, 120}) {
    TextStyle style;
    style.width = width;
    const std::string text = render_text(rows, style);
    check_width(text.substr(0, text.rfind("  .")),
                static_cast<std::size_t>(width));
    CHECK(text.find('\x1b') == text.npos);
    style.most_rows = 5;
    style.utf8 = true;
    const std::string packed = render_text(rows, style);
    check_width(packed.substr(0, packed.rfind("requests in turn")),
                static_cast<std::size_t>(width));
  }
}

TEST("the legend fits 80 columns") {
  check_width(render_text(many(5), {}), 80);
  check_width(render_text(many(100), {}), 80);
}

TEST("many requests are packed into as many lanes as were under way at once") {
  const std::vector<Row> rows = many(40);
  const std::vector<std::size_t> lane = lanes(rows);
  for (std::size_t i = 0; i < lane.size(); ++i) CHECK_EQ(lane[i], i % 2);
  TextStyle style;
  style.width = 40;
  const std::string text = render_text(rows, style);
  CHECK_EQ(text.substr(0, 8), "1 ==##=#");
  CHECK_EQ(text.substr(text.find('\n') + 1, 2), "2 ");
}

TEST("colours and blocks are used only where asked for") {
  TextStyle style;
  CHECK(render_text(many(3), style).find('\x1b') == std::string::npos);
  style.color = style.utf8 = true;
  const std::string text = render_text(many(3), style);
  CHECK(text.find("\x1b[32m") != text.npos);
  CHECK(text.find("█") != text.npos);
}

TEST("the style follows the locale and is plain where it is no terminal") {
  ::setenv("LC_ALL", "de_DE.UTF-8", 1);
  CHECK(style_for(-1).utf8);
  CHECK(!style_for(-1).color);
  ::setenv("LC_ALL", "C", 1);
  CHECK(!style_for(-1).utf8);
  ::unsetenv("LC_ALL");
}

TEST("a wider span makes shorter bars") {
  TextStyle style;
  style.width = 40;
  style.span = milliseconds(320);
  const std::string text = render_text({row("/a", 0, 0, 0, 160)}, style);
  CHECK_EQ(text.substr(0, text.find('\n')), "/a    ================");
}

TEST("nothing at all is a picture too") {
  CHECK_EQ(render_text({}, {}), "no requests\n");
  CHECK(render_svg({}, "t").find("</svg>") != std::string::npos);
}

TEST("the SVG holds every request, escaped, for light and dark") {
  const std::string text =
      render_svg({row("/a?b&c=<d>", 0, 10, 20, 30),
                  row("/e", 1, 2, 2, 2, true)},
                 "crawl & co");
  CHECK(text.find("/a?b&amp;c=&lt;d&gt;: 0.000 to 0.030 s") != text.npos);
  CHECK(text.find("/e: 0.001 to 0.002 s, failed") != text.npos);
  CHECK(text.find("<title>crawl &amp; co</title>") != text.npos);
  CHECK(text.find("prefers-color-scheme: dark") != text.npos);
  CHECK(text.find("class=\"failed\"") != text.npos);
}

}  // namespace
}  // namespace timeline
