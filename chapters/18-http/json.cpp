#include "18-http/json.hpp"

#include <charconv>
#include <cmath>

namespace asyncio {
namespace {

// What stands in a string in place of a character that may not.
void append_escaped(std::string& to, char c) {
  constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      to += "\\\"";
      return;
    case '\\':
      to += "\\\\";
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    default:
      to += "\\u00";
      to += digits[(c >> 4) & 15];
      to += digits[c & 15];
  }
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    if (control || c == '"' || c == '\\') {
      append_escaped(json, c);
    } else {
      json += c;
    }
  }
  return json += '"';
}

std::string json_number(double number) {
  if (!std::isfinite(number)) return "null";
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, number);
  return std::string(text, result.ptr);
}

JsonObject& JsonObject::add_raw(std::string_view name, std::string_view json) {
  if (text_.size() > 1) text_ += ", ";
  ((text_ += json_string(name)) += ": ") += json;
  return *this;
}

}  // namespace asyncio
