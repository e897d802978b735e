#include "common/columns.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/text.hpp"

namespace columns {
namespace {

bool continues(char c) { return (c & 0xc0) == 0x80; }

// The bytes of the UTF-8 sequence at the start of `text` (RFC 3629 section 4),
// or 0 if there is none.
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead < 0xc2   ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                           : lead < 0xf5 ? 4
                                         : 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Too long a form, a surrogate, above U+10FFFF.
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return size;
}

// C1 controls, U+0080 to U+009F, move a terminal's cursor too.
bool is_c1(std::string_view character) {
  return character.size() == 2 && character[0] == '\xc2' &&
         static_cast<unsigned char>(character[1]) < 0xa0;
}

// The first `most` columns of `text`.
std::string_view head(std::string_view text, std::size_t most) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (!continues(text[i]) && most-- == 0) break;
  }
  return text.substr(0, i);
}

}  // namespace

std::string valid_utf8(std::string_view text, std::string_view replacement) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = sequence(text);
    result += size == 0 ? replacement : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string printable(std::string_view text) {
  const std::string valid = valid_utf8(text, "?");
  std::string_view rest = valid;
  std::string result;
  while (!rest.empty()) {
    const std::string_view character = rest.substr(0, sequence(rest));
    const bool bad = web::is_control(character[0]) || is_c1(character);
    result += bad ? "?" : character;
    rest.remove_prefix(character.size());
  }
  return result;
}

std::size_t width(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += continues(c) ? 0 : 1;
  return count;
}

std::string elide(std::string_view text, std::size_t most) {
  const std::size_t all = width(text);
  if (all <= most) return std::string(text);
  const std::size_t back = (most - 3) / 2;
  std::string result(head(text, most - 3 - back));
  result += "...";
  result += text.substr(head(text, all - back).size());
  return result;
}

std::string left(std::string_view text, std::size_t wanted) {
  std::string result(text);
  const std::size_t have = width(text);
  if (have < wanted) result.append(wanted - have, ' ');
  return result;
}

std::string right(std::string_view text, std::size_t wanted) {
  const std::size_t have = width(text);
  std::string result(have < wanted ? wanted - have : 0, ' ');
  return result += text;
}

std::string wrap(std::string_view text, std::size_t most) {
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    if (column > 0 && column + 1 + width(word) > most) {
      result += '\n';
      column = 0;
    }
    if (column > 0) result += ' ';
    column += width(word) + (column > 0 ? 1 : 0);
    result += word;
  }
  return result + "\n";
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string decimal(double number, int places) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", places, number);
  return buffer;
}

std::string count(std::uint64_t number, const char* noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

int terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace columns
