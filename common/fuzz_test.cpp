// What comes from outside is fed, whole and broken, to everything that reads
// it: HTTP messages, URLs and pages. Real messages are cut at every place, and
// changed some ten thousand times by a generator with a fixed seed, so that
// every run is the same. Nothing may crash or hang (a sanitizer sees the rest),
// and a message must read the same however its bytes were cut.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/http.hpp"
#include "common/links.hpp"
#include "common/test.hpp"
#include "common/url.hpp"

namespace web {
namespace {

using std::string_view;

constexpr Limits kLimits{.start_line = 100, .header = 400, .body = 200};

constexpr string_view kResponses[] = {
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n"
    "Content-Length: 12\r\nConnection: close\r\n\r\n<a href=/x>x",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: folded\r\n  line\r\n"
    "\r\n5\r\nhello\r\n10;a=b\r\n0123456789abcdef\r\n0\r\nX-Sum: 1\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 301 Moved Permanently\r\n"
    "Location: /y/\r\n\r\nuntil the end",
    "HTTP/1.1 304 Not Modified\nETag: \"1\"\nContent-Length: 7\n\nrest",
    "HTTP/1.1 200\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nabcdef",
};

constexpr string_view kRequests[] = {
    "GET /a/b.html?c=d HTTP/1.1\r\nHost: localhost:8000\r\nAccept: */*\r\n"
    "User-Agent: Wget/1.21.3\r\nConnection: Keep-Alive\r\n\r\nGET / HTTP/1.1",
    "\r\nPOST /form HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5\r\n"
    "Expect: 100-continue\r\n\r\na=b&cGET",
    "PUT http://h/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;x=\"y\"\r\nabc\r\n0\r\nA: b\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\nConnection: close\r\n\r\n",
};

constexpr string_view kUrls[] = {
    "http://example.com:8080/a/./b/../c%20d/%7Euser?q=1&r=%2f#part",
    "HTTPS://[2001:DB8::1]:443/..//x/?#",
    "//other/%2e%2e/a b\\c?d\\e",
    "../../g;x=1/../y?z",
    "http:g",
    "/%2541/100%/%zz/%%34%31/..%2F?%%32%35",
    " java\tscript:alert(1)\n",
};

constexpr string_view kPages[] = {
    "<!DOCTYPE html><html><head><title>A <a href=n></title><base href='/b/'>"
    "<script>if (a < b) '<a href=n>'</script></head><body><!-- <a href=n> -->"
    "<A HREF=\"x?a&amp;b=&#x41;&#66\">x</A><area href=../y><a href='#z'\n>z</a>"
    "<style>p>a{}</style><a title='>' href=//h:80/%41></body></html>",
    "<a href=a><textarea></textarea><a/href = b c=\"d\"e><!--><a href=&lt=1>"
    "</ x><?x><![CDATA[<a href=c>]]><a href=mailto:me><plaintext><a href=n>",
};

// SplitMix64: eight lines instead of <random>, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t bound) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
  }

 private:
  std::uint64_t state_;
};

// Bytes and words that mean something to one of the readers.
constexpr string_view kWords[] = {
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "%",
    "%2",
    "%25",
    "%2e",
    "/",
    "..",
    "//",
    "?",
    "#",
    "\\",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "&",
    "&#",
    ";",
    "<!--",
    "-->",
    "<a href=",
    "</script>",
    "<title>",
    "<base href=/q/>",
    "HTTP/1.1",
    "HTTP/2.0",
    "Content-Length: 4\r\n",
    "Transfer-Encoding: chunked\r\n",
    "chunked",
    "0\r\n",
    "ffffffffffffffff",
    "99999999999999999999",
    "-1",
    "[",
    "]",
    "@",
    "\xC3\xA4",
    "\xFF",
    "\x7F",
};

std::string mutated(string_view original, Random& random) {
  std::string text(original);
  for (std::size_t n = 1 + random.below(4); n != 0; --n) {
    const std::size_t at = random.below(text.size() + 1);
    const std::size_t length = random.below(12);
    switch (random.below(6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kWords[random.below(std::size(kWords))]);
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size() + 1), 40));
        break;
      case 3:
        text.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      case 4:
        text.resize(at);
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
    }
  }
  return text;
}

// So small that many messages exceed one.
Limits small_limits(Random& random) {
  return {.start_line = 15 + random.below(60),
          .header = 40 + random.below(300),
          .body = random.below(40)};
}

// ---- HTTP -----------------------------------------------------------------

void describe_headers(std::string& to, const Headers& headers) {
  for (const Header& h : headers) ((to += h.name) += '=') += h.value + "\n";
}

// All that can be asked of a parser, as one text.
std::string outcome_of(const ResponseParser& r) {
  return std::to_string(r.status()) + r.reason();
}

std::string outcome_of(const RequestParser& r) {
  return r.method() + " " + r.target() +
         (r.expects_continue() ? " expects" : "");
}

// Reads a message in pieces: the lengths that next_piece gives, then the end
// of the connection.
template <class Parser, class NextPiece>
std::string outcome(string_view text, Parser parser, NextPiece next_piece) {
  std::size_t consumed = 0;
  try {
    string_view rest = text;
    while (!rest.empty() && !parser.complete()) {
      const string_view piece = rest.substr(0, next_piece());
      const std::size_t n = parser.consume(piece);
      CHECK(n == piece.size() || parser.complete());
      consumed += n;
      rest.remove_prefix(n);
    }
    parser.feed_eof();
  } catch (const ProtocolError& e) {
    // How much was consumed before an error does depend on the pieces.
    return std::to_string(e.status()) + " " + e.what();
  }
  std::string result = std::to_string(consumed) + outcome_of(parser) +
                       (parser.complete() ? " complete " : " waits ");
  if (parser.header_complete()) result += parser.keep_alive() ? "keep" : "end";
  describe_headers(result += '\n', parser.headers());
  describe_headers(result += '\n', parser.trailers());
  return (result += '\n') += parser.body();
}

template <class Parser>
void check_splits(string_view text, const Parser& parser) {
  const auto whole = [text] { return text.size(); };
  const auto one = [] { return std::size_t{1}; };
  const std::string expected = outcome(text, parser, whole);
  CHECK_EQ(outcome(text, parser, one), expected);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    bool first = true;
    CHECK_EQ(outcome(text, parser,
                     [&] {
                       return std::exchange(first, false) ? cut : text.size();
                     }),
             expected);
  }
}

template <class Parser>
void check_prefixes(string_view text, const Parser& parser) {
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const string_view prefix = text.substr(0, n);
    const auto whole = [prefix] { return prefix.size(); };
    const auto one = [] { return std::size_t{1}; };
    CHECK_EQ(outcome(prefix, parser, one), outcome(prefix, parser, whole));
  }
}

template <class Parser>
void check_mutation(string_view original, const Limits& limits,
                    const Parser& parser, Random& random) {
  const std::string text = mutated(original, random);
  const auto whole = [&text] { return text.size(); };
  const auto some = [&random] { return 1 + random.below(60); };
  const std::string expected = outcome(text, parser, whole);
  CHECK_EQ(outcome(text, parser, some), expected);
  Parser other = parser;
  try {
    other.consume(text);
  } catch (const ProtocolError&) {
  }
  CHECK(other.body().size() <= limits.body);
  other.reset();
  CHECK_EQ(outcome(text, other, whole), expected);
}

// ---- URLs and links -------------------------------------------------------

// A URL that was read reads as itself from then on, and fits a request line.
void check_url(const Url& url) {
  const std::string path = url.path + '/';
  CHECK(path.front() == '/' && path.find("/./") == std::string::npos &&
        path.find("/../") == std::string::npos);
  CHECK(parse_url(url.str()) == url);
  CHECK(resolve(url, "") == url);
  CHECK(resolve(parse_url("https://x/y"), url.str()) == url);
  RequestParser request;
  CHECK(request.feed(request_text(url)));
  CHECK_EQ(request.target(), url.target());
}

void check_reference(string_view text) {
  static const Url base = parse_url("http://h:81/a/b?c");
  try {
    check_url(resolve(base, text));
  } catch (const UrlError&) {  // refused: as good as read
  }
  try {
    check_url(parse_url(text));
  } catch (const UrlError&) {
  }
}

void check_page(string_view text) {
  for (const Url& url : extract_links(text, parse_url("http://h/d/"))) {
    CHECK(parse_url(url.str()) == url);
  }
}

}  // namespace

TEST("a response reads the same wherever it is cut") {
  for (const string_view text : kResponses) {
    check_splits(text, ResponseParser("GET", kLimits));
    check_prefixes(text, ResponseParser("GET", kLimits));
    check_prefixes(text, ResponseParser("HEAD", kLimits));
  }
}

TEST("a request reads the same wherever it is cut") {
  for (const string_view text : kRequests) {
    check_splits(text, RequestParser(kLimits));
    check_prefixes(text, RequestParser(kLimits));
  }
}

TEST("ten thousand broken responses read the same however they are cut") {
  Random random(1);
  for (int i = 0; i < 10000; ++i) {
    const Limits limits = small_limits(random);
    check_mutation(kResponses[random.below(std::size(kResponses))], limits,
                   ResponseParser("GET", limits), random);
  }
}

TEST("ten thousand broken requests read the same however they are cut") {
  Random random(2);
  for (int i = 0; i < 10000; ++i) {
    const Limits limits = small_limits(random);
    check_mutation(kRequests[random.below(std::size(kRequests))], limits,
                   RequestParser(limits), random);
  }
}

TEST("every prefix and thousands of mutations of URLs read as URLs or not") {
  Random random(3);
  for (const string_view text : kUrls) {
    for (std::size_t n = 0; n <= text.size(); ++n) {
      check_reference(text.substr(0, n));
      check_reference(text.substr(n));
    }
  }
  for (int i = 0; i < 6000; ++i) {
    check_reference(mutated(kUrls[random.below(std::size(kUrls))], random));
  }
}

TEST("every prefix and thousands of mutations of pages give only good links") {
  Random random(4);
  for (const string_view text : kPages) {
    for (std::size_t n = 0; n <= text.size(); ++n) {
      check_page(text.substr(0, n));
      check_page(text.substr(n));
    }
  }
  for (int i = 0; i < 4000; ++i) {
    check_page(mutated(kPages[random.below(std::size(kPages))], random));
  }
}

}  // namespace web
