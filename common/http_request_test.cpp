// The claims of common/http.hpp and common/http_parser.hpp about requests: what
// is read, and which answer each fault deserves.

#include "common/http.hpp"

#include <string>

#include "common/test.hpp"

namespace web {
namespace {

RequestParser request(std::string_view text, const Limits& limits = {}) {
  RequestParser parser(limits);
  parser.feed(text);
  return parser;
}

std::string post(const std::string& fields_and_body) {
  return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields_and_body;
}

// What a server would answer to the text: 200, a fault's status, or 0 while
// more is to come.
int answer(std::string_view text, const Limits& limits = {}) {
  try {
    return request(text, limits).complete() ? 200 : 0;
  } catch (const ProtocolError& error) {
    return error.status();
  }
}

}  // namespace

// ---- Requests -------------------------------------------------------------

TEST("a request gives its method, target, header and body") {
  const auto r = request(
      "POST /a?b=c HTTP/1.1\r\nHost: h:80\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(r.complete());
  CHECK_EQ(r.method(), "POST");
  CHECK_EQ(r.target(), "/a?b=c");
  CHECK_EQ(r.header("host").value_or(""), "h:80");
  CHECK_EQ(r.body(), "abc");
  CHECK(r.keep_alive());
}

TEST("a request without a length has no body") {
  CHECK(request("GET / HTTP/1.1\r\nHost: h\r\n\r\n").complete());
  CHECK(request("GET / HTTP/1.0\r\n\r\n").complete());
}

TEST("pipelined requests are told apart") {
  const std::string one = post("Content-Length: 2\r\n\r\nab");
  const std::string two =
      post("Transfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n");
  const std::string both = one + two;
  std::string_view rest = both;
  RequestParser first, second, third;
  rest.remove_prefix(first.consume(rest));
  CHECK_EQ(rest.size(), two.size());
  rest.remove_prefix(second.consume(rest));
  CHECK_EQ(first.body(), "ab");
  CHECK_EQ(second.body(), "c");
  CHECK_EQ(third.consume(rest), 0);
  CHECK(!third.started());
}

TEST("a parser that is reset reads the next message as a new one does") {
  RequestParser parser;
  parser.feed(post("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                   "3\r\nabc\r\n0\r\nA: b\r\n\r\n"));
  CHECK(parser.complete() && !parser.keep_alive());
  parser.reset();
  CHECK(!parser.started() && !parser.complete());
  CHECK(parser.headers().empty() && parser.trailers().empty());
  CHECK(parser.feed("GET /b HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK_EQ(parser.target(), "/b");
  CHECK_EQ(parser.body(), "");
  CHECK(parser.keep_alive());
  parser.reset();
  CHECK_THROWS(ProtocolError, parser.feed("nonsense\r\n"));
  parser.reset();
  CHECK(parser.feed("GET / HTTP/1.0\r\n\r\n"));
}

TEST("empty lines before a request are skipped, within the limit") {
  CHECK_EQ(answer("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), 200);
  RequestParser parser;
  parser.feed("\r\n");
  CHECK(!parser.started());
  parser.feed_eof();
  std::string lines;
  for (int i = 0; i < 40000; ++i) lines += "\r\n";
  CHECK_EQ(answer(lines), 431);
}

TEST("a client may close between requests but not within one") {
  RequestParser parser;
  parser.feed_eof();
  CHECK(!parser.complete());
  auto half = request("GET / HT");
  CHECK_WHAT(half.feed_eof(), "cut short in its header");
}

TEST("a broken request line is refused") {
  for (const char* line :
       {"GET /", "GET", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
        "GET\t/\tHTTP/1.1", "G(T / HTTP/1.1", "GET /\x01 HTTP/1.1",
        "GET /\xC3\xA4 HTTP/1.1", "GET / x HTTP/1.1", "GET /#f HTTP/1.1",
        "GET x HTTP/1.1", "GET * HTTP/1.1", "CONNECT / HTTP/1.1",
        "GET / http/1.1", "GET / HTTP/1.10", "GET / HTTP/1", "GET / FTP/1.1"}) {
    CHECK_EQ(answer(std::string(line) + "\r\nHost: h\r\n\r\n"), 400);
  }
}

TEST("a broken header line of a request is refused") {
  for (const char* line :
       {"no colon", "Name : x", ": x", "Na me: x", "N\xC3\xA4me: x", "A: \x01",
        "A: a\rb", "A: x\x7f"}) {
    CHECK_EQ(answer(post(std::string(line) + "\r\n\r\n")), 400);
  }
}

TEST("a target has four forms") {
  for (const char* line :
       {"GET /a?b HTTP/1.1", "GET http://h/a HTTP/1.1", "OPTIONS * HTTP/1.1",
        "CONNECT h:443 HTTP/1.1", "GET //x HTTP/1.1", "X-Y /a:b HTTP/1.1"}) {
    CHECK_EQ(answer(std::string(line) + "\r\nHost: h\r\n\r\n"), 200);
  }
}

TEST("each fault of a request has its answer") {
  const Limits limits{.start_line = 40, .header = 100, .body = 10};
  CHECK_EQ(answer("GET /" + std::string(40, 'x'), limits), 414);
  CHECK_EQ(answer("GET / HTTP/1.1\r\nA: " + std::string(100, 'x'), limits),
           431);
  CHECK_EQ(answer(post("Content-Length: 11\r\n\r\n"), limits), 413);
  CHECK_EQ(answer(post("Transfer-Encoding: gzip, chunked\r\n\r\n")), 501);
  CHECK_EQ(answer("GET / HTTP/2.0\r\n"), 505);
  CHECK_EQ(answer("PRI * HTTP/2.0\r\n"), 505);
  CHECK_EQ(answer("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 200);
}

TEST("a request names one Host, and a good one") {
  const auto with = [](const std::string& fields) {
    return answer("GET / HTTP/1.1\r\n" + fields + "\r\n");
  };
  CHECK_EQ(with(""), 400);
  CHECK_EQ(with("Host: a\r\nHost: a\r\n"), 400);
  for (const char* host :
       {"", "h", "h:", "h:80", "[::1]:80", "1.2.3.4", "a_b"}) {
    CHECK_EQ(with("Host: " + std::string(host) + "\r\n"), 200);
  }
  for (const char* host :
       {"a b", "a/b", "u@h", "h:x", "h:1:2", "[::1", "[", "[x]", "[::1]x"}) {
    CHECK_EQ(with("Host: " + std::string(host) + "\r\n"), 400);
  }
}

TEST("what two servers could read in two ways is refused") {
  for (const char* fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked;q=1\r\n", "Transfer-Encoding : chunked\r\n",
        "A: b\r\n folded\r\n", "A: b\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: +3\r\n"}) {
    CHECK_EQ(answer(post(std::string(fields) + "\r\n")), 400);
  }
  CHECK_EQ(answer("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
           400);
  const std::string chunked = post("Transfer-Encoding: chunked\r\n\r\n");
  CHECK_EQ(answer(chunked + "1\na\r\n"), 400);
  CHECK_EQ(answer(chunked + "1 \r\na\r\n"), 400);
  CHECK_EQ(answer(chunked + "1\r\na\n"), 400);
}

TEST("a client that waits for 100 Continue can be seen to") {
  const auto r =
      request(post("Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n"));
  CHECK(r.header_complete());
  CHECK(!r.complete());
  CHECK(r.expects_continue());
  CHECK(!request(post("\r\n")).expects_continue());
}

}  // namespace web
