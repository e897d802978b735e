#include "common/http_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "common/text.hpp"

namespace web {
namespace {

// What a byte may be part of. A look at a table instead of a chain of
// comparisons: every byte of every header comes by here.
enum Class : unsigned char { kToken = 1, kField = 2, kTarget = 4, kHost = 8 };

constexpr bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

constexpr unsigned char classes_of(char c) {
  unsigned char classes = 0;
  const bool alnum = is_alnum(c);
  if (alnum || is_one_of(c, "!#$%&'*+-.^_`|~")) classes |= kToken;
  if (c == '\t' || !is_control(c)) classes |= kField;
  if (c > ' ' && c < 0x7f && c != '#') classes |= kTarget;
  if (alnum || is_one_of(c, "-._~%!$&'()*+,;=")) classes |= kHost;
  return classes;
}

struct Table {
  unsigned char classes[256];
  constexpr Table() : classes{} {
    for (int i = 0; i < 256; ++i) {
      classes[i] = classes_of(static_cast<char>(static_cast<unsigned char>(i)));
    }
  }
};
constexpr Table table;

bool all_are(std::string_view text, Class wanted) {
  unsigned char common = wanted;
  for (const char c : text) {
    common &= table.classes[static_cast<unsigned char>(c)];
  }
  return common != 0;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && all_are(text, kToken);
}

// Values are long, so they are looked at eight bytes at a time: only where a
// byte is below 0x20 or is 0x7f, each has to be asked for by itself.
bool is_field_text(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  while (text.size() >= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data(), 8);
    const std::uint64_t deleted = eight ^ (ones * 0x7f);
    const std::uint64_t found = ((eight - ones * 0x20) & ~eight) |
                                ((deleted - ones) & ~deleted);
    if ((found & (ones * 0x80)) != 0 && !all_are(text.substr(0, 8), kField)) {
      return false;
    }
    text.remove_prefix(8);
  }
  return all_are(text, kField);
}

bool is_target_text(std::string_view text) {
  return !text.empty() && all_are(text, kTarget);
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = std::min(text.find(']'), text.size());
    for (const char c : text.substr(1, close - 1)) {
      if (hex_digit(c) < 0 && c != ':' && c != '.') return false;
    }
    if (close == text.size()) return false;
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return false;
  }
  const auto colon = std::min(text.find(':'), text.size());
  const auto port = text.substr(std::min(colon + 1, text.size()));
  return all_are(text.substr(0, colon), kHost) &&
         std::all_of(port.begin(), port.end(), is_digit);
}

}  // namespace web
