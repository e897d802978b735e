// Url is the address of a page, always absolute and always in normal form: two
// links that lead to the same page compare equal, so that a crawler visits it
// once. It is a value: copy it freely, use it on any thread.
//
// Only http and https are URLs here; mailto: and the like are refused with
// UrlError. https parses, because pages link to it; who cannot speak TLS
// refuses it later, with a better message.
//
// The source is RFC 3986: section 5.2 resolves a reference, section 6.2.2 names
// the normal form. Sloppy links are read as browsers read them (WHATWG URL
// Standard, section 4.4):
//   - spaces and controls at the two ends go, tabs and newlines go everywhere;
//   - a backslash before the query is a slash;
//   - what may not stand in a path or query is percent-encoded: "a b" is
//     "a%20b", "100%" is "100%25", and bytes above 127 are encoded one by one.
// User information ("http://me:secret@host/") is refused, as RFC 9110 section
// 4.2.4 advises for addresses found in pages. Host names must be ASCII.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace web {

// Says operation, subject and cause: "parse URL 'http://': no host".
class UrlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;  // never left out: 80 or 443 by default
  std::string path;        // begins with '/', has no dot segments
  std::string query;       // without the '?'
  bool has_query = false;  // "/a?" and "/a" are two pages

  // The whole address, without a default port: "http://host:8000/a?b".
  std::string str() const;

  // Who answers: "host", "host:8000", "[::1]:8000". A Host header's value.
  std::string authority() const;

  // What is asked for: "/a?b". A request line's target.
  std::string target() const;

  // Whether scheme, host and port agree, so that one server answers both.
  bool same_origin(const Url& other) const;

  friend bool operator==(const Url&, const Url&) = default;
};

// Reads an absolute URL. The fragment ("#part") is dropped: it names a place
// within a page, which no server is told.
// parse_url(u.str()) == u for every Url that these two functions return.
Url parse_url(std::string_view text);

// What a link in the page `base` leads to. `reference` is the link as it
// stands there: absolute, "//host/x", "/x", "../x", "?q", "#part" or empty.
// Throws UrlError for what is no link to a web page.
Url resolve(const Url& base, std::string_view reference);

}  // namespace web
