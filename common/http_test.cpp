// The claims of common/http.hpp and common/http_parser.hpp about responses,
// header lists and the writers; http_request_test.cpp has those about requests,
// and fuzz_test.cpp that they do not depend on how bytes are cut.

#include "common/http.hpp"

#include <stdexcept>
#include <string>

#include "common/test.hpp"

namespace web {
namespace {

ResponseParser response(std::string_view text, std::string_view method = "GET",
                        const Limits& limits = {}) {
  ResponseParser parser(method, limits);
  parser.feed(text);
  return parser;
}

RequestParser request(std::string_view text, const Limits& limits = {}) {
  RequestParser parser(limits);
  parser.feed(text);
  return parser;
}

// The body of a whole response with these fields and what follows them.
std::string body_of(const std::string& fields_and_body) {
  const auto parser = response("HTTP/1.1 200 OK\r\n" + fields_and_body);
  CHECK(parser.complete());
  return parser.body();
}

}  // namespace

// ---- Responses ------------------------------------------------------------

TEST("a response gives its status, reason, header and body") {
  const auto r = response(
      "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
      "Content-Length:5\r\nX-Empty:\r\nX-Space: \t a b \t\r\n\r\nhello");
  CHECK(r.complete());
  CHECK_EQ(r.status(), 404);
  CHECK_EQ(r.reason(), "Not Found");
  CHECK_EQ(r.minor_version(), 1);
  CHECK_EQ(r.headers().size(), 4);
  CHECK_EQ(r.header("content-TYPE").value_or("none"), "text/html");
  CHECK_EQ(r.header("x-empty").value_or("none"), "");
  CHECK_EQ(r.header("x-space").value_or("none"), "a b");
  CHECK(!r.header("x-none"));
  CHECK_EQ(r.body(), "hello");
}

TEST("bytes behind the end are ignored by feed and counted by consume") {
  const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
  CHECK_EQ(response(one + "more").body(), "ab");
  ResponseParser parser;
  CHECK_EQ(parser.consume(one + "more"), one.size());
  CHECK_EQ(parser.consume("more"), 0);
}

TEST("a reason may be missing, with its space or without") {
  CHECK_EQ(response("HTTP/1.1 200 \r\n").status(), 200);
  CHECK_EQ(response("HTTP/1.0 200\r\n").reason(), "");
}

TEST("what is no status line is refused") {
  CHECK_WHAT(response("SSH-2.0-OpenSSH\r\n"), "not an HTTP status line");
  CHECK_WHAT(response("\r\n"), "not an HTTP status line");
  CHECK_WHAT(response("HTTP/1.1\r\n"), "bad status");
  CHECK_WHAT(response("HTTP/1.1 20\r\n"), "bad status");
  CHECK_WHAT(response("HTTP/1.1 2000\r\n"), "bad status");
  CHECK_WHAT(response("HTTP/1.1 099 X\r\n"), "bad status");
  CHECK_WHAT(response("HTTP/1.1  200 OK\r\n"), "bad status");
  CHECK_WHAT(response("HTTP/11 200 OK\r\n"), "not a version");
  CHECK_WHAT(response("HTTP/2.0 200 OK\r\n"), "HTTP/2.0 is not supported");
  CHECK_WHAT(response("HTTP/1.1 200 O\rK\r\n"), "bad reason");
}

TEST("a response without a length ends with its connection") {
  auto r = response("HTTP/1.0 200 OK\r\n\r\nall ");
  CHECK(!r.complete());
  CHECK(!r.feed("of it"));
  r.feed_eof();
  CHECK(r.complete());
  CHECK_EQ(r.body(), "all of it");
  CHECK(!r.keep_alive());
}

TEST("a chunked body is put together, and its extensions skipped") {
  CHECK_EQ(body_of("Transfer-Encoding: Chunked\r\n\r\n"
                   "3\r\nabc\r\n0a ; x=\"y;z\"\r\n0123456789\r\n0\r\n\r\n"),
           "abc0123456789");
  CHECK_EQ(body_of("Transfer-Encoding: chunked\r\n\r\n000\r\n\r\n"), "");
}

TEST("trailers are kept apart from the header") {
  const auto r = response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n");
  CHECK(r.complete());
  CHECK_EQ(r.trailers().find("x-sum").value_or("none"), "1");
  CHECK(!r.header("x-sum"));
}

TEST("a bad chunk is refused") {
  const std::string start =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK_WHAT(response(start + "zz\r\n"), "bad chunk size 'zz'");
  CHECK_WHAT(response(start + "\r\n"), "bad chunk size ''");
  CHECK_WHAT(response(start + "-1\r\n"), "bad chunk size");
  CHECK_WHAT(response(start + "0x1\r\n"), "bad chunk size");
  CHECK_WHAT(response(start + " 1\r\n"), "bad chunk size");
  CHECK_WHAT(response(start + "1 2\r\n"), "bad chunk size");
  CHECK_WHAT(response(start + "1;\x01\r\n"), "bad chunk size");
  CHECK_WHAT(response(start + "1\r\nabc"), "longer than it says");
  CHECK_WHAT(response(start + "1\r\na\r\r\n"), "longer than it says");
  CHECK_WHAT(response(start + "1\r\nab\n"), "longer than it says");
  CHECK_WHAT(response(start + "fffffffffffffffff\r\n"), "body is longer");
  CHECK_WHAT(response(start + "ffffffffffffffff\r\n"), "body is longer");
}

TEST("chunked wins over Content-Length, and the connection is given up") {
  const auto r = response(
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
      "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
  CHECK(r.complete());
  CHECK_EQ(r.body(), "a");
  CHECK(!r.keep_alive());
}

TEST("a coding that is not known is refused") {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, gzip", ""}) {
    CHECK_WHAT(
        body_of(std::string("Transfer-Encoding: ") + coding + "\r\n\r\n"),
        "unknown Transfer-Encoding");
  }
}

TEST("equal Content-Lengths are one, and unequal ones refused") {
  CHECK_EQ(body_of("Content-Length: 1, 1\r\nContent-Length: 01\r\n\r\na"), "a");
  CHECK_WHAT(body_of("Content-Length: 1\r\nContent-Length: 2\r\n\r\na"),
             "two Content-Lengths differ");
  CHECK_WHAT(body_of("Content-Length: 1, 2\r\n\r\na"), "differ");
  CHECK_WHAT(body_of("Content-Length: 1\r\nContent-Length:\r\n\r\na"),
             "empty");
  for (const char* length : {"x", "-1", "+1", "0x1", "1 2", "1.0", "1;"}) {
    CHECK_WHAT(body_of(std::string("Content-Length: ") + length + "\r\n\r\na"),
               "is no number");
  }
  CHECK_WHAT(body_of("Content-Length:\r\n\r\n"), "Content-Length is empty");
}

TEST("answers to HEAD, and 204 and 304, have no body whatever they say") {
  const std::string fields = "Content-Length: 7\r\n\r\n";
  CHECK(response("HTTP/1.1 200 OK\r\n" + fields, "HEAD").complete());
  CHECK(response("HTTP/1.1 204 No Content\r\n" + fields).complete());
  CHECK(response("HTTP/1.1 304 Not Modified\r\n" + fields).complete());
  CHECK(response("HTTP/1.1 200 OK\r\n" + fields, "CONNECT").complete());
  CHECK(!response("HTTP/1.1 404 No\r\n" + fields, "CONNECT").complete());
}

TEST("interim responses are skipped, but not 101") {
  const auto r = response(
      "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  CHECK(r.complete());
  CHECK_EQ(r.status(), 200);
  CHECK(!r.header("X"));
  CHECK_EQ(r.body(), "a");
  CHECK(response("HTTP/1.1 101 Switching Protocols\r\n\r\n").complete());
}

TEST("interim responses without end are too many") {
  ResponseParser parser;
  const auto flood = [&parser] {
    for (;;) parser.feed("HTTP/1.1 100 Continue\r\n\r\n");
  };
  CHECK_WHAT(flood(), "the header is longer");
}

TEST("a response cut short says where") {
  const auto cut = [](std::string_view text) {
    auto parser = response(text);
    parser.feed_eof();
  };
  const std::string line = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = line + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK_WHAT(cut(""), "cut short before its first byte");
  CHECK_WHAT(cut("HTT"), "cut short in its header");
  CHECK_WHAT(cut(line + "A: b\r\n"), "cut short in its header");
  CHECK_WHAT(cut("HTTP/1.1 100 \r\n\r\n"), "cut short in its header");
  CHECK_WHAT(cut(line + "Content-Length: 5\r\n\r\nabc"),
             "cut short after 3 of 5 bytes");
  CHECK_WHAT(cut(chunked + "5\r\nabc"), "cut short after 3 bytes");
  CHECK_WHAT(cut(chunked + "1\r\na\r\n0\r\n"), "before its last chunk");
}

TEST("a response's line may end in LF alone, and fold") {
  const auto r = response(
      "HTTP/1.1 200 OK\nX: a\n  b\n\t c \r\n \nTransfer-Encoding: chunked\n\n"
      "1 \na\n0\n\n");
  CHECK(r.complete());
  CHECK_EQ(r.header("X").value_or(""), "a b c");
  CHECK_EQ(r.body(), "a");
}

TEST("a broken header line is refused") {
  for (const char* line :
       {"no colon", "Name : x", ": x", "Na me: x", "N\xC3\xA4me: x", "A: \x01",
        "A: a\rb", "A: x\x7f"}) {
    CHECK_THROWS(ProtocolError,
                 response("HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n"));
  }
  CHECK_WHAT(response("HTTP/1.1 200 OK\r\n A: b\r\n"), "white space");
  CHECK_WHAT(response("HTTP/1.1 200 OK\r\nA : b\r\n"), "bad header name 'A '");
  const std::string nul("HTTP/1.1 200 OK\r\nA: \0\r\n", 23);
  CHECK_WHAT(response(nul), "control character");
  CHECK_EQ(response("HTTP/1.1 200 OK\r\nA: \xE4\r\n").headers().size(), 1);
}

TEST("every byte but a control character may stand in a value, anywhere") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    for (std::size_t at = 0; at < 20; ++at) {
      std::string value(20, 'x');
      value[at] = static_cast<char>(byte);
      const std::string text =
          "HTTP/1.1 200 OK\r\nA: x" + value + "x\r\n";
      bool taken = true;
      try {
        response(text);
      } catch (const ProtocolError&) {
        taken = false;
      }
      CHECK_EQ(taken, good || (byte == '\n' && taken));
    }
  }
}

TEST("limits hold for what is announced and for what comes") {
  const Limits limits{.start_line = 30, .header = 100, .body = 10};
  const auto fault = [&limits](const std::string& text) {
    try {
      response(text, "GET", limits);
    } catch (const ProtocolError& error) {
      return error.fault();
    }
    throw std::logic_error("not refused");
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string eleven(11, 'x');
  CHECK_EQ(fault("HTTP/1.1 200 " + std::string(30, 'x')), Fault::line_too_long);
  CHECK_EQ(fault(ok + "A: " + std::string(100, 'x')), Fault::header_too_large);
  CHECK_EQ(fault(ok + "Content-Length: 11\r\n\r\n"), Fault::body_too_large);
  CHECK_EQ(fault(ok + "Content-Length: 99999999999999999999\r\n\r\n"),
           Fault::body_too_large);
  CHECK_EQ(fault(ok + "\r\n" + eleven), Fault::body_too_large);
  CHECK_EQ(fault(chunked + "b\r\n"), Fault::body_too_large);
  CHECK_EQ(fault(chunked + "6\r\nabcdef\r\n5\r\n"), Fault::body_too_large);
  CHECK_EQ(fault(chunked + "1;" + std::string(100, 'x')),
           Fault::header_too_large);
  CHECK_EQ(fault(chunked + "0\r\nA: " + std::string(100, 'x')),
           Fault::header_too_large);
  CHECK(response(ok + "Content-Length: 10\r\n\r\n0123456789", "GET", limits)
            .complete());
}

TEST("many small chunks do not count against the header") {
  ResponseParser parser("GET", {.header = 100});
  parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 1000; ++i) parser.feed("1\r\na\r\n");
  CHECK(parser.feed("0\r\n\r\n"));
  CHECK_EQ(parser.body().size(), 1000);
}

TEST("many chunk extensions do") {
  ResponseParser parser("GET", {.header = 1000});
  parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto flood = [&parser] {
    for (;;) parser.feed("1;extension=value\r\na\r\n");
  };
  CHECK_WHAT(flood(), "the header is longer than 1000 bytes");
}

TEST("a refused message stays refused") {
  ResponseParser parser;
  CHECK_THROWS(ProtocolError, parser.feed("x\r\n"));
  CHECK_THROWS(ProtocolError, parser.feed("HTTP/1.1 200 OK\r\n"));
  CHECK_THROWS(ProtocolError, parser.feed_eof());
  CHECK(!parser.header_complete());
}

TEST("a body can be taken while it comes, within its limit") {
  ResponseParser parser("GET", {.body = 5});
  parser.feed("HTTP/1.1 200 OK\r\n\r\nabc");
  CHECK_EQ(parser.take_body(), "abc");
  parser.feed("de");
  CHECK_EQ(parser.take_body(), "de");
  CHECK_WHAT(parser.feed("f"), "the body is longer than 5 bytes");
}

TEST("a connection is kept as RFC 9112 section 9.3 says") {
  const auto keeps = [](const std::string& version, const std::string& field) {
    return response(version + " 200 OK\r\nContent-Length: 0\r\n" + field +
                    "\r\n")
        .keep_alive();
  };
  CHECK(keeps("HTTP/1.1", ""));
  CHECK(!keeps("HTTP/1.1", "Connection: x, Close\r\n"));
  CHECK(!keeps("HTTP/1.0", ""));
  CHECK(keeps("HTTP/1.0", "Connection: keep-alive\r\n"));
  CHECK(!keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

TEST("a long message byte by byte costs time in proportion") {
  std::string text = "HTTP/1.1 200 OK\r\nX: " + std::string(60000, 'x') +
                     "\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i) text += chunk_text(std::string(100, 'y'));
  text += chunk_text("");
  ResponseParser parser;
  for (const char& c : text) parser.feed({&c, 1});
  CHECK(parser.complete());
  CHECK_EQ(parser.body().size(), 100000);
}

// ---- Headers and writers --------------------------------------------------

TEST("a list is read over all its lines") {
  const Headers headers = {{"A", "x, ,y ,"}, {"B", "n"}, {"a", "Z"}};
  CHECK_EQ(headers.count("A"), 2);
  CHECK_EQ(headers.list("a").size(), 3);
  CHECK(headers.has("A", "z"));
  CHECK(!headers.has("A", "n"));
  CHECK(!headers.has("C", ""));
}

TEST("a request is written as it is read") {
  const Url url = parse_url("http://[::1]:8000/a%20b?c#d");
  const std::string text = request_text(url);
  CHECK_EQ(text,
           "GET /a%20b?c HTTP/1.1\r\nHost: [::1]:8000\r\n"
           "User-Agent: asyncio-crawl/1.0\r\nAccept: */*\r\n"
           "Connection: close\r\n\r\n");
  const auto r = request(text);
  CHECK(r.complete());
  CHECK_EQ(r.target(), url.target());
  CHECK(!r.keep_alive());
}

TEST("extra fields replace the usual ones") {
  const auto r = request(request_text(parse_url("http://h/"),
                                      {{"accept", "text/html"}, {"X", "y"}}));
  CHECK_EQ(r.headers().count("Accept"), 1);
  CHECK_EQ(r.header("Accept").value_or(""), "text/html");
  CHECK_EQ(r.header("X").value_or(""), "y");
}

TEST("a response is written as it is read") {
  const auto r =
      response(response_text(404, "text/plain", "gone", {{"A", "b"}}));
  CHECK(r.complete());
  CHECK_EQ(r.status(), 404);
  CHECK_EQ(r.reason(), "Not Found");
  CHECK_EQ(r.header("Content-Type").value_or(""), "text/plain");
  CHECK_EQ(r.header("A").value_or(""), "b");
  CHECK_EQ(r.body(), "gone");
}

TEST("chunks are written as they are read") {
  const std::string text =
      response_header(200, {{"Transfer-Encoding", "chunked"}}) +
      chunk_text("ab") + chunk_text(std::string(300, 'x')) + chunk_text("");
  const auto r = response(text);
  CHECK(r.complete());
  CHECK_EQ(r.body(), "ab" + std::string(300, 'x'));
}

TEST("nothing breaks out of a line that is written") {
  const Url url = parse_url("http://h/");
  CHECK_THROWS(std::invalid_argument, request_text(url, {{"A", "b\r\nC: d"}}));
  CHECK_THROWS(std::invalid_argument, request_text(url, {{"A:", "b"}}));
  CHECK_THROWS(std::invalid_argument, request_text(url, {{"", "b"}}));
  CHECK_THROWS(std::invalid_argument, request_text(url, {{"Host", "b"}}));
  CHECK_THROWS(std::invalid_argument, response_text(200, "a\nb", ""));
  CHECK_THROWS(std::invalid_argument, response_header(99, {}));
  Url hand_made = url;
  hand_made.path = "/ HTTP/1.1\r\nX: y";
  CHECK_THROWS(std::invalid_argument, request_text(hand_made));
}

}  // namespace web
