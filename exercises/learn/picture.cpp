#include "exercises/learn/picture.hpp"

#include <algorithm>
#include <cstddef>

#include "common/columns.hpp"
#include "common/lesson.hpp"

namespace learn {
namespace {

using Lines = std::vector<std::string>;

bool is_claim(std::string_view line) { return line.starts_with("- "); }

// "3 passed, 1 failed": the test has come to its end.
bool is_summary(std::string_view line) {
  return line.find(" passed, ") != line.npos && line.ends_with(" failed");
}

// The first `most` of them, with "..." if some are left out.
Lines first(Lines lines, std::size_t most) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() <= most) return lines;
  lines.resize(most);
  if (most > 0) lines.back() = "...";
  return lines;
}

void add(Lines& to, const Lines& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::string one_line(const Look& look, const std::string& text) {
  return columns::elide(columns::printable(look.plain(text)), look.columns);
}

}  // namespace

std::vector<std::string> compose(const Look& look, const Picture& picture) {
  const std::size_t width = look.columns;
  Lines lines;
  const std::size_t bar = std::min(width - 20, std::size_t{40});
  lines.push_back(look.bar(picture.done, picture.all, bar) + " done");
  lines.push_back("");
  lines.push_back(look.paint(Colour::bold, one_line(look, picture.title)));
  lines.push_back(look.paint(Colour::dim, one_line(look, picture.facts)));
  for (const std::string& path : picture.paths) {
    lines.push_back(columns::elide(path, width));
  }
  lines.push_back("");
  // A small terminal keeps its room for the message.
  const std::size_t most = look.rows < 20 ? 2 : look.rows / 3;
  add(lines, first(look.lines(picture.text, width, true), most));
  lines.push_back("");
  lines.push_back(look.paint(picture.colour, one_line(look, picture.status)));
  // Then as much of the message as fits, and the footer.
  const std::size_t used = lines.size() + 2;
  const std::size_t left = look.rows > used ? look.rows - used : 0;
  Lines message = look.lines(picture.message, width, false);
  while (!message.empty() && message.back().empty()) message.pop_back();
  if (message.size() > left && left > 0) {
    const std::size_t cut = message.size() - left + 1;
    message.resize(left - 1);
    message.push_back(look.paint(
        Colour::dim,
        columns::elide("... " + columns::count(cut, "more line") +
                           (picture.more.empty() ? "" : ": " + picture.more),
                       width)));
  }
  if (left > 0) add(lines, message);
  lines.push_back("");
  lines.push_back(look.paint(Colour::bold, one_line(look, picture.footer)));
  if (lines.size() > look.rows) {
    lines.erase(lines.begin(),
                lines.end() - static_cast<std::ptrdiff_t>(look.rows));
  }
  return lines;
}

std::string first_paragraph(std::string_view text) {
  std::size_t end = text.find("\n\n");
  while (end != text.npos && text[end - 1] == ':') {  // it leads to the next
    end = text.find("\n\n", end + 2);
  }
  return std::string(text.substr(0, end));
}

std::string failures_only(std::string_view message) {
  const Lines lines = lesson::split_lines(message);
  // At the last claim the test may have got no further.
  std::size_t last = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_claim(lines[i])) last = i;
    if (is_summary(lines[i])) last = lines.size();
  }
  std::string result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Below a claim stands what is wrong with it, which is indented.
    const bool fails = i == last || (i + 1 < lines.size() &&
                                     lines[i + 1].starts_with("  "));
    if (!is_claim(lines[i]) || fails) result += lines[i] + '\n';
  }
  return result;
}

std::string before_claims(std::string_view message) {
  std::string result;
  for (const std::string& line : lesson::split_lines(message)) {
    if (is_claim(line)) break;
    result += line + '\n';
  }
  return result;
}

}  // namespace learn
