// The claims of common/url.hpp.

#include "common/url.hpp"

#include <string>

#include "common/test.hpp"
#include "common/text.hpp"

namespace web {
namespace {

std::string normal(std::string_view text) { return parse_url(text).str(); }

std::string from(std::string_view base, std::string_view reference) {
  return resolve(parse_url(base), reference).str();
}

}  // namespace

TEST("a URL is cut into its parts") {
  const Url url = parse_url("http://example.com:8000/a/b?x=1&y#part");
  CHECK_EQ(url.scheme, "http");
  CHECK_EQ(url.host, "example.com");
  CHECK_EQ(url.port, 8000);
  CHECK_EQ(url.path, "/a/b");
  CHECK(url.has_query);
  CHECK_EQ(url.query, "x=1&y");
  CHECK_EQ(url.str(), "http://example.com:8000/a/b?x=1&y");
  CHECK_EQ(url.authority(), "example.com:8000");
  CHECK_EQ(url.target(), "/a/b?x=1&y");
}

TEST("a default port is known and not written") {
  CHECK_EQ(parse_url("http://h/").port, 80);
  CHECK_EQ(parse_url("https://h/").port, 443);
  CHECK_EQ(normal("http://h:80/"), "http://h/");
  CHECK_EQ(normal("http://h:/"), "http://h/");
  CHECK_EQ(normal("http://h:0080/"), "http://h/");
  CHECK_EQ(normal("https://h:443/"), "https://h/");
  CHECK_EQ(normal("https://h:80/"), "https://h:80/");
}

TEST("scheme and host are lower case, the path keeps its case") {
  CHECK_EQ(normal("HTTP://ExAmple.COM/Path?Query"),
           "http://example.com/Path?Query");
}

TEST("an empty path is the root") {
  CHECK_EQ(normal("http://h"), "http://h/");
  CHECK_EQ(normal("http://h?q"), "http://h/?q");
  CHECK_EQ(normal("http://h#f"), "http://h/");
}

TEST("an empty query is not the same as none") {
  CHECK_EQ(normal("http://h/a?"), "http://h/a?");
  CHECK(!(parse_url("http://h/a?") == parse_url("http://h/a")));
}

TEST("the fragment is dropped") {
  CHECK_EQ(normal("http://h/a?b#c?d"), "http://h/a?b");
}

TEST("needless escapes are undone and needed ones made") {
  CHECK_EQ(normal("http://h/%7Euser/%41%2d%5f"), "http://h/~user/A-_");
  CHECK_EQ(normal("http://h/a%2fb%3f"), "http://h/a%2Fb%3F");
  CHECK_EQ(normal("http://h/a b\"<>{}|^`[]"),
           "http://h/a%20b%22%3C%3E%7B%7D%7C%5E%60%5B%5D");
  CHECK_EQ(normal("http://h/?a b='c'/?"), "http://h/?a%20b='c'/?");
  CHECK_EQ(normal("http://h/\xC3\xA4"), "http://h/%C3%A4");
  CHECK_EQ(normal("http://h/;a=1,b@c:d!$&'()*+"),
           "http://h/;a=1,b@c:d!$&'()*+");
}

TEST("a stray percent sign is escaped, so that the result stays the same") {
  CHECK_EQ(normal("http://h/100%"), "http://h/100%25");
  CHECK_EQ(normal("http://h/%zz"), "http://h/%25zz");
  CHECK_EQ(normal("http://h/%%34%31"), "http://h/%2541");
  CHECK_EQ(normal(normal("http://h/%%34%31")), "http://h/%2541");
}

TEST("dot segments are resolved, escaped or not") {
  CHECK_EQ(normal("http://h/a/./b/../c"), "http://h/a/c");
  CHECK_EQ(normal("http://h/a/%2e%2E/b"), "http://h/b");
  CHECK_EQ(normal("http://h/../../a"), "http://h/a");
  CHECK_EQ(normal("http://h/a/.."), "http://h/");
  CHECK_EQ(normal("http://h/a/."), "http://h/a/");
  CHECK_EQ(normal("http://h/.."), "http://h/");
  CHECK_EQ(normal("http://h/a//b/"), "http://h/a//b/");
  CHECK_EQ(normal("http://h/a/...//.b/b."), "http://h/a/...//.b/b.");
  CHECK_EQ(normal("http://h/a?../b"), "http://h/a?../b");
}

TEST("white space and backslashes are read as browsers read them") {
  CHECK_EQ(normal("  \t http://h/a \n"), "http://h/a");
  CHECK_EQ(normal("ht\ntp://h/a\r\n/b\t"), "http://h/a/b");
  CHECK_EQ(normal("http:\\\\h\\a\\..\\b?c\\d"), "http://h/b?c%5Cd");
}

TEST("an IPv6 address stands in brackets and has one form") {
  const Url url = parse_url("http://[0:0:0:0:0:0:0:1]:8000/");
  CHECK_EQ(url.host, "::1");
  CHECK_EQ(url.authority(), "[::1]:8000");
  CHECK_EQ(normal("http://[2001:DB8::0:1]"), "http://[2001:db8::1]/");
}

TEST("what is no URL is refused with its cause") {
  CHECK_WHAT(parse_url(""), "parse URL '': no scheme");
  CHECK_WHAT(parse_url("example.com/x"), "no scheme");
  CHECK_WHAT(parse_url("/x"), "no scheme");
  CHECK_WHAT(parse_url("localhost:8000"), "the scheme is 'localhost'");
  CHECK_WHAT(parse_url("mailto:me@h"), "the scheme is 'mailto'");
  CHECK_WHAT(parse_url("ftp://h/"), "the scheme is 'ftp'");
  CHECK_WHAT(parse_url("http:"), "no host");
  CHECK_WHAT(parse_url("http:h"), "no host");
  CHECK_WHAT(parse_url("http://"), "no host");
  CHECK_WHAT(parse_url("http:///a"), "no host");
  CHECK_WHAT(parse_url("http://:80/"), "no host");
  CHECK_WHAT(parse_url("http://h:x/"), "port 'x'");
  CHECK_WHAT(parse_url("http://h:65536/"), "port '65536'");
  CHECK_WHAT(parse_url("http://h:-1/"), "port '-1'");
  CHECK_WHAT(parse_url("http://h:+1/"), "port '+1'");
  CHECK_WHAT(parse_url("http://h:1:2/"), "port '1:2'");
  CHECK_WHAT(parse_url("http://a b/"), "the host has a ' '");
  CHECK_WHAT(parse_url("http://a%25/"), "the host has a '%'");
  CHECK_WHAT(parse_url("http://\xC3\xA4/"), "not ASCII");
  CHECK_WHAT(parse_url("http://me:secret@h/"), "user information");
  CHECK_WHAT(parse_url("http://[::1"), "no ']'");
  CHECK_WHAT(parse_url("http://[::g]/"), "not an IPv6 address");
  CHECK_WHAT(parse_url("http://[::1]80/"), "behind the ']'");
  CHECK_THROWS(UrlError, parse_url("http://"));
}

TEST("an error shows the text so that a terminal survives it") {
  CHECK_WHAT(parse_url("\x1b[31m\xff"), "'\\x1B[31m\\xFF'");
  CHECK_EQ(quoted(std::string(300, 'a'), 5), "'aaaaa...'");
}

TEST("a port that stands in a host's name is not taken from the query") {
  CHECK_EQ(normal("http://h?a:b@c/d"), "http://h/?a:b@c/d");
  CHECK_EQ(normal("http://h/a:b@c"), "http://h/a:b@c");
}

TEST("references resolve as RFC 3986 section 5.4.1 lists (normal)") {
  const struct {
    const char* reference;
    const char* target;
  } examples[] = {
      {"g", "/b/c/g"},
      {"./g", "/b/c/g"},
      {"g/", "/b/c/g/"},
      {"/g", "/g"},
      {"?y", "/b/c/d;p?y"},
      {"g?y", "/b/c/g?y"},
      {"#s", "/b/c/d;p?q"},
      {"g#s", "/b/c/g"},
      {"g?y#s", "/b/c/g?y"},
      {";x", "/b/c/;x"},
      {"g;x", "/b/c/g;x"},
      {"", "/b/c/d;p?q"},
      {"g;x?y#s", "/b/c/g;x?y"},
      {".", "/b/c/"},
      {"./", "/b/c/"},
      {"..", "/b/"},
      {"../", "/b/"},
      {"../g", "/b/g"},
      {"../..", "/"},
      {"../../", "/"},
      {"../../g", "/g"},
  };
  for (const auto& example : examples) {
    CHECK_EQ(from("http://a/b/c/d;p?q", example.reference),
             std::string("http://a") + example.target);
  }
  CHECK_EQ(from("http://a/b/c/d;p?q", "//g"), "http://g/");
  CHECK_EQ(from("http://a/b/c/d;p?q", "https://g/x"), "https://g/x");
}

TEST("references resolve as RFC 3986 section 5.4.2 lists (abnormal)") {
  const struct {
    const char* reference;
    const char* target;
  } examples[] = {
      {"../../../g", "/g"},
      {"../../../../g", "/g"},
      {"/./g", "/g"},
      {"/../g", "/g"},
      {"g.", "/b/c/g."},
      {".g", "/b/c/.g"},
      {"g..", "/b/c/g.."},
      {"..g", "/b/c/..g"},
      {"./../g", "/b/g"},
      {"./g/.", "/b/c/g/"},
      {"g/./h", "/b/c/g/h"},
      {"g/../h", "/b/c/h"},
      {"g;x=1/./y", "/b/c/g;x=1/y"},
      {"g;x=1/../y", "/b/c/y"},
      {"g?y/./x", "/b/c/g?y/./x"},
      {"g?y/../x", "/b/c/g?y/../x"},
      {"g#s/../x", "/b/c/g"},
      {"http:g", "/b/c/g"},
  };
  for (const auto& example : examples) {
    CHECK_EQ(from("http://a/b/c/d;p?q", example.reference),
             std::string("http://a") + example.target);
  }
}

TEST("a reference keeps the base's port and takes its own scheme") {
  CHECK_EQ(from("http://h:8000/a", "b"), "http://h:8000/b");
  CHECK_EQ(from("http://h:8000/a", "//h/b"), "http://h/b");
  CHECK_EQ(from("https://h/a", "//g/b"), "https://g/b");
  CHECK_THROWS(UrlError, from("http://h/a", "https:b"));
}

TEST("a reference that is no link to a page is refused") {
  CHECK_WHAT(from("http://h/", "javascript:void(0)"), "'javascript'");
  CHECK_WHAT(from("http://h/", "//"), "parse URL '//': no host");
  CHECK_WHAT(from("http://h/", "data:text/html,x"), "'data'");
}

TEST("a colon behind a slash makes no scheme") {
  CHECK_EQ(from("http://h/a/b", "./x:y"), "http://h/a/x:y");
  CHECK_EQ(from("http://h/a/b", "1:2"), "http://h/a/1:2");
  CHECK_EQ(from("http://h/a/b", "?x:y"), "http://h/a/b?x:y");
}

TEST("one server answers URLs of the same origin only") {
  const Url url = parse_url("http://h:80/a");
  CHECK(url.same_origin(parse_url("HTTP://H/b?c")));
  CHECK(!url.same_origin(parse_url("http://h:81/a")));
  CHECK(!url.same_origin(parse_url("http://g/a")));
  CHECK(!url.same_origin(parse_url("https://h/a")));
}

TEST("a long path costs time in proportion") {
  std::string path;
  for (int i = 0; i < 100000; ++i) path += "/a/..";
  CHECK_EQ(normal("http://h" + path), "http://h/");
}

}  // namespace web
