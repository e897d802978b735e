#include "common/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "common/text.hpp"

namespace web {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;

// RFC 3986's character classes (section 2).
constexpr bool is_unreserved(char c) {
  return is_alnum(c) || string_view("-._~").find(c) != npos;
}

constexpr bool is_sub_delimiter(char c) {
  return string_view("!$&'()*+,;=").find(c) != npos;
}

// The parts of a reference as they stand, cut apart but not read
// (RFC 3986 appendix B). What is not there is not the same as what is empty.
struct Parts {
  string_view scheme, authority, path, query;
  bool has_scheme = false, has_authority = false, has_query = false;
};

// As browsers do before anything else. The query begins at the first '?';
// behind it a backslash is data.
std::string clean(string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  std::string result;
  result.reserve(text.size());
  bool in_query = false;
  for (const char c : text) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (c == '#') break;  // only the fragment is left
    in_query = in_query || c == '?';
    result += c == '\\' && !in_query ? '/' : c;
  }
  return result;
}

bool is_scheme(string_view text) {
  return !text.empty() && is_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_alnum(c) || c == '+' || c == '-' || c == '.';
         });
}

// REQUIRES: text is clean. The parts are views of it.
Parts split(string_view text) {
  Parts parts;
  const auto colon = text.find_first_of(":/?");
  if (colon != npos && text[colon] == ':' && is_scheme(text.substr(0, colon))) {
    parts.has_scheme = true;
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (const auto mark = text.find('?'); mark != npos) {
    parts.has_query = true;
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    parts.has_authority = true;
    text.remove_prefix(2);
    parts.authority = text.substr(0, text.find('/'));
    text.remove_prefix(parts.authority.size());
  }
  parts.path = text;
  return parts;
}

void append_encoded(std::string& to, char c) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  to += {'%', digits[byte >> 4], digits[byte & 15]};
}

// The value of "%41" at `at`, or -1.
int escape_at(string_view text, std::size_t at) {
  if (text[at] != '%' || text.size() - at < 3) return -1;
  const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// RFC 3986 section 6.2.2: escapes in upper case, and only where needed. A
// stray '%' is escaped too, lest it make an escape of what follows it.
std::string normal_escapes(string_view text, string_view also_allowed) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int escaped = escape_at(text, i);
    const char c = escaped < 0 ? text[i] : static_cast<char>(escaped);
    if (escaped >= 0) i += 2;
    const bool plain =
        is_unreserved(c) ||
        (escaped < 0 && (is_sub_delimiter(c) || also_allowed.find(c) != npos));
    if (plain) {
      result += c;
    } else {
      append_encoded(result, c);
    }
  }
  return result;
}

// RFC 3986 section 5.2.4, for a path that begins with '/'.
std::string without_dot_segments(string_view path) {
  std::string result;
  result.reserve(path.size());
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const string_view segment = path.substr(1, end - 1);
    path.remove_prefix(end);
    const bool up = segment == "..";
    if (up) result.resize(std::min(result.rfind('/'), result.size()));
    if (!up && segment != ".") {
      (result += '/') += segment;
    } else if (path.empty()) {
      result += '/';  // "/a/." is the folder "/a/"
    }
  }
  return result;
}

std::string normal_path(string_view path) {
  if (path.empty()) return "/";
  // Escapes first: "%2e%2e" is a dot segment too.
  return without_dot_segments(normal_escapes(path, "/:@"));
}

std::string normal_query(string_view query) {
  return normal_escapes(query, "/:@?");
}

std::uint16_t default_port(string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

[[noreturn]] void fail(const std::string& cause) { throw UrlError(cause); }

std::uint16_t parse_port(string_view text, string_view scheme) {
  if (text.empty()) return default_port(scheme);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || rest != end) {
    fail("port " + quoted(text) + " is not a number up to 65535");
  }
  return port;
}

std::string parse_ipv6(string_view text) {
  const std::string address(text);  // inet_pton wants a final NUL
  in6_addr binary{};
  char normal[INET6_ADDRSTRLEN];
  if (address.find('\0') != npos ||
      inet_pton(AF_INET6, address.c_str(), &binary) != 1 ||
      inet_ntop(AF_INET6, &binary, normal, sizeof normal) == nullptr) {
    fail(quoted(text) + " is not an IPv6 address");
  }
  return normal;
}

std::string parse_name(string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int escaped = escape_at(text, i);
    const char c = to_lower(escaped < 0 ? text[i] : static_cast<char>(escaped));
    if (escaped >= 0) i += 2;
    if (static_cast<unsigned char>(c) > 0x7f) fail("the host is not ASCII");
    if (!is_unreserved(c) && !is_sub_delimiter(c)) {
      fail("the host has a " + quoted(string_view(&c, 1)));
    }
    name += c;
  }
  return name;
}

// Fills in host and port. REQUIRES: url.scheme is set.
void parse_authority(string_view text, Url& url) {
  if (text.find('@') != npos) fail("user information is not allowed");
  string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == npos) fail("no ']' behind the IPv6 address");
    url.host = parse_ipv6(text.substr(1, close - 1));
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') fail("no port behind the ']'");
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    url.host = parse_name(text.substr(0, colon));
    port = text.substr(colon);
  }
  if (url.host.empty()) fail("no host");
  if (!port.empty()) port.remove_prefix(1);
  url.port = parse_port(port, url.scheme);
}

void set_query(const Parts& parts, Url& url) {
  url.has_query = parts.has_query;
  url.query = normal_query(parts.query);
}

// RFC 3986 section 5.2.3: the reference takes the place of the base's last
// segment.
std::string merge(const Url& base, string_view path) {
  std::string result = base.path.substr(0, base.path.rfind('/') + 1);
  return result += path;
}

// RFC 3986 section 5.2.2. Without a base, only what is absolute.
Url transform(const Url* base, const Parts& parts) {
  Url url;
  url.scheme = parts.has_scheme ? lower(parts.scheme) : "";
  if (url.scheme.empty() && base != nullptr) url.scheme = base->scheme;
  if (url.scheme.empty()) fail("no scheme: it begins with http://");
  if (url.scheme != "http" && url.scheme != "https") {
    fail("the scheme is " + quoted(url.scheme, 20) + ", not http");
  }
  if (parts.has_authority) {
    parse_authority(parts.authority, url);
    url.path = normal_path(parts.path);
    set_query(parts, url);
    return url;
  }
  // "http:x" within http is read as "x", as RFC 3986 allows and browsers do.
  if (base == nullptr || url.scheme != base->scheme) fail("no host");
  url.host = base->host;
  url.port = base->port;
  if (parts.path.empty()) {
    url.path = base->path;
    url.query = base->query;
    url.has_query = base->has_query;
    if (parts.has_query) set_query(parts, url);
    return url;
  }
  url.path = normal_path(parts.path.front() == '/' ? std::string(parts.path)
                                                   : merge(*base, parts.path));
  set_query(parts, url);
  return url;
}

Url parse(const Url* base, string_view text) {
  const std::string cleaned = clean(text);
  try {
    return transform(base, split(cleaned));
  } catch (const UrlError& error) {
    throw UrlError("parse URL " + quoted(text) + ": " + error.what());
  }
}

}  // namespace

std::string Url::authority() const {
  const bool ipv6 = host.find(':') != npos;
  std::string result = ipv6 ? "[" + host + "]" : host;
  if (port != default_port(scheme)) result += ":" + std::to_string(port);
  return result;
}

std::string Url::target() const {
  return has_query ? path + "?" + query : path;
}

std::string Url::str() const { return scheme + "://" + authority() + target(); }

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

Url parse_url(string_view text) { return parse(nullptr, text); }

Url resolve(const Url& base, string_view reference) {
  return parse(&base, reference);
}

}  // namespace web
