#include "18-http/percent.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace asyncio {
namespace {

// A form writes a space as '+'.
std::optional<std::string> form_decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = web::hex_digit(text[i + 1]);
    const int low = web::hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::optional<std::string> query_value(std::string_view query,
                                       std::string_view name) {
  for (;;) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (form_decode(pair.substr(0, equals)) == name) {
      if (equals == std::string_view::npos) return "";
      return form_decode(pair.substr(equals + 1));
    }
    if (end == std::string_view::npos) return std::nullopt;
    query = query.substr(end + 1);
  }
}

}  // namespace asyncio
