#include "common/http_text.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace web {
namespace {

bool all_of(std::string_view text, bool (*predicate)(char)) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && all_of(text, [](char c) {
    return is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
  });
}

bool is_field_text(std::string_view text) {
  return all_of(text, [](char c) { return c == '\t' || !is_control(c); });
}

bool is_target_text(std::string_view text) {
  return !text.empty() &&
         all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = std::min(text.find(']'), text.size());
    if (!all_of(text.substr(1, close - 1), [](char c) {
          return hex_digit(c) >= 0 || c == ':' || c == '.';
        })) {
      return false;
    }
    if (close == text.size()) return false;
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return false;
  }
  const auto colon = std::min(text.find(':'), text.size());
  return all_of(text.substr(0, colon),
                [](char c) {
                  return is_alnum(c) || is_one_of(c, "-._~%!$&'()*+,;=");
                }) &&
         all_of(text.substr(std::min(colon + 1, text.size())), is_digit);
}

}  // namespace web
