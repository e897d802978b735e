#include "exercises/learn/look.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/columns.hpp"
#include "common/lesson.hpp"
#include "common/text.hpp"

namespace learn {
namespace {

const char* code(Colour colour) {
  switch (colour) {
    case Colour::plain: return "0";
    case Colour::bold: return "1";
    case Colour::dim: return "2";
    case Colour::green: return "32";
    case Colour::red: return "31";
    case Colour::yellow: return "33";
  }
  return "0";
}

struct Spelling {
  std::string_view utf8, ascii;
};

// What stands in the course's texts and in a compiler's words.
constexpr Spelling spellings[] = {
    {"·", "-"},  {"–", "-"},  {"—", "-"},  {"→", "->"}, {"…", "..."},
    {"‘", "'"},  {"’", "'"},  {"“", "\""}, {"”", "\""}, {"×", "x"},
    {"≤", "<="}, {"≥", ">="}, {"µ", "u"}};

std::string in_ascii(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto known = std::find_if(
        std::begin(spellings), std::end(spellings),
        [&](const Spelling& one) { return text.starts_with(one.utf8); });
    if (known != std::end(spellings)) {
      result += known->ascii;
      text.remove_prefix(known->utf8.size());
      continue;
    }
    const bool continued = (text.front() & 0xC0) == 0x80;
    const bool ascii = (text.front() & 0x80) == 0;
    if (ascii || !continued) result += ascii ? text.front() : '?';
    text.remove_prefix(1);
  }
  return result;
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// Code and a compiler's picture of it: broken, they would say nothing.
bool keeps_shape(std::string_view line) {
  return line.starts_with("    ") || line.find(" | ") != line.npos;
}

// The line in pieces, each with the indentation of the first; what goes on
// below a list's item stands below its first word.
void add_wrapped(std::vector<std::string>& to, const std::string& line,
                 std::size_t width) {
  std::size_t indent = std::min(line.find_first_not_of(' '), width / 2);
  const std::size_t behind = line.starts_with("- ") ? 2 : indent;
  for (const std::string& piece :
       lesson::split_lines(columns::wrap(line, width - behind))) {
    to.push_back(columns::elide(std::string(indent, ' ') + piece, width));
    indent = behind;
  }
}

// Goes on with the paragraph above: not a list's next item, or a claim's.
bool joins(std::string_view line) {
  return !line.starts_with("- ") && !line.starts_with("* ") &&
         !(line.size() > 2 && web::is_digit(line[0]) && line[1] == '.');
}

}  // namespace

std::string Look::paint(Colour in, std::string_view text) const {
  if (!colour || in == Colour::plain) return std::string(text);
  return "\x1b[" + std::string(code(in)) + "m" + std::string(text) + "\x1b[0m";
}

std::string Look::plain(std::string_view text) const {
  return utf8 ? std::string(text) : in_ascii(text);
}

std::string Look::bar(std::size_t done, std::size_t all,
                      std::size_t width) const {
  const std::size_t full = all == 0 ? 0 : done * width / all;
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    text += utf8 ? (i < full ? "█" : "░") : (i < full ? "#" : "-");
  }
  return (utf8 ? text : "[" + text + "]") + "  " + std::to_string(done) + "/" +
         std::to_string(all);
}

const char* Look::mark(bool done) const {
  if (utf8) return done ? "✓" : "·";
  return done ? "+" : ".";
}

std::vector<std::string> Look::lines(std::string_view text, std::size_t width,
                                     bool prose) const {
  std::vector<std::string> result;
  std::string paragraph;
  const auto flush = [&] {
    if (!paragraph.empty()) add_wrapped(result, paragraph, width);
    paragraph.clear();
  };
  for (const std::string& raw : lesson::split_lines(plain(text))) {
    const std::string line = columns::printable(raw);
    if (line.empty() || keeps_shape(line)) {
      flush();
      result.push_back(columns::elide(line, width));
    } else if (prose && joins(line) && !paragraph.empty()) {
      paragraph += " " + std::string(web::trim(line));
    } else {
      flush();
      paragraph = line;
    }
  }
  flush();
  return result;
}

bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(name)) continue;
    const std::string locale = web::lower(std::getenv(name));
    return locale.find("utf-8") != locale.npos ||
           locale.find("utf8") != locale.npos;
  }
  return false;
}

Look look_at(int fd) {
  Look look;
  look.utf8 = is_utf8_locale();
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  look.terminal = ::isatty(fd) == 1 && !dumb;
  look.colour = look.terminal && !is_set("NO_COLOR");
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col >= 20) look.columns = size.ws_col;
    if (size.ws_row >= 10) look.rows = size.ws_row;
  }
  return look;
}

}  // namespace learn
