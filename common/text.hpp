// ASCII text: the few questions about characters that URLs, HTTP and HTML
// share. <cctype> answers by the locale and is undefined for bytes above 127;
// protocols are neither, so these look at bytes alone.
//
// Plain functions without state: usable on any thread. None throws but for
// memory.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace web {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_alpha(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

constexpr bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }

// A byte that no terminal prints: NUL to unit separator, and delete.
constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// 0 to 15, or -1 when c is not a hexadecimal digit.
int hex_digit(char c);

std::string lower(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

// The text without the spaces and tabs at its two ends.
std::string_view trim(std::string_view text);

// The text in quotes for an error message, made harmless: what does not print
// becomes \xNN, and what is longer than `limit` bytes ends in "...". It may
// come from a hostile server and will stand on somebody's terminal.
std::string quoted(std::string_view text, std::size_t limit = 200);

}  // namespace web
