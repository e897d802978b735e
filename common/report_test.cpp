#include "common/columns.hpp"
#include "common/crawl_report.hpp"
#include "common/error.hpp"
#include "common/http.hpp"
#include "common/test.hpp"

// The crawl's report, and the columns that it stands in.

namespace crawler {
namespace {

using std::chrono::milliseconds;

Time now = Time{} + std::chrono::hours(1);
const Environment kWorld = {
    [] { return now; },
    [](const std::string&, std::uint16_t port) {
      return std::vector<asyncio::Address>{asyncio::Address::loopback(port)};
    },
    []() noexcept { return false; }};

void answer(Crawl& crawl, const std::string& text) {
  Fetch* fetch = crawl.start();
  now += milliseconds(50);
  CHECK(fetch->feed(text));
  crawl.finish(*fetch);
}

Options from(std::vector<std::string> urls) {
  Options options;
  options.urls = std::move(urls);
  options.max_tries = 1;
  options.concurrency = 1;
  return options;
}

void crawl_small_site(Crawl& crawl) {
  answer(crawl, web::response_text(200, "text/html", "<a href=/b><a href=/c>"));
  answer(crawl, web::response_text(302, "text/plain", "",
                                   {{"Location", "/d"}}));
  Fetch* fetch = crawl.start();
  now += milliseconds(1000);
  crawl.fail(*fetch, std::make_exception_ptr(
                         asyncio::os_error(ECONNRESET, "recv", "h:80")));
  answer(crawl, web::response_text(404, "text/html", "no"));
}

TEST("the table has a row a page, sorted, and the failures in full") {
  Crawl crawl(from({"http://h/"}), kWorld);
  crawl_small_site(crawl);
  CHECK_EQ(table(crawl),
           "status  type        bytes  links  seconds  path at http://h\n"
           "   200  text/html      22      2    0.050  /\n"
           "   302  text/plain      0      0    0.050  /b -> /d\n"
           "     -  -               -      -    1.000  /c\n"
           "   404  text/html       2      0    0.050  /d\n"
           "\n"
           "2 pages failed:\n"
           "  http://h/c: recv h:80: Connection reset by peer\n"
           "  GET http://h/d: 404 Not Found\n"
           "\n");
  const std::string totals = totals_line(crawl);
  CHECK_EQ(totals.substr(0, totals.find('\n')),
           "4 pages, 2 failed, 24 bytes, 2 links in 1.15 s");
}

TEST("JSON holds the same, a page a line, with null for what is unknown") {
  Crawl crawl(from({"http://h/"}), kWorld);
  crawl_small_site(crawl);
  const std::string text = json(crawl);
  CHECK_EQ(
      text.substr(0, text.find(",\"most_sockets\"")),
      "{\"pages\":[\n"
      "{\"url\":\"http://h/\",\"status\":200,\"content_type\":\"text/html\","
      "\"bytes\":22,\"links\":2,\"redirect\":null,\"tries\":1,\"error\":null,"
      "\"seconds\":0.050000},\n"
      "{\"url\":\"http://h/b\",\"status\":302,\"content_type\":\"text/plain\","
      "\"bytes\":0,\"links\":0,\"redirect\":\"http://h/d\",\"tries\":1,"
      "\"error\":null,\"seconds\":0.050000},\n"
      "{\"url\":\"http://h/c\",\"status\":null,\"content_type\":null,"
      "\"bytes\":0,\"links\":0,\"redirect\":null,\"tries\":1,"
      "\"error\":\"recv h:80: Connection reset by peer\","
      "\"seconds\":1.000000},\n"
      "{\"url\":\"http://h/d\",\"status\":404,\"content_type\":\"text/html\","
      "\"bytes\":2,\"links\":0,\"redirect\":null,\"tries\":1,"
      "\"error\":\"GET http://h/d: 404 Not Found\",\"seconds\":0.050000}\n"
      "],\n"
      "\"totals\":{\"pages\":4,\"failed\":2,\"bytes\":24,\"links\":2,"
      "\"seconds\":1.150000,\"threads\":1");
}

TEST("whatever a server sends, the table stays within 80 columns and tame") {
  const std::string longest(300, 'x');
  Crawl crawl(from({"http://h/" + longest, "http://h/r"}), kWorld);
  answer(crawl, "HTTP/1.1 200 OK\r\nContent-Type: text/\xff" + longest +
                    "\r\nContent-Length: 0\r\n\r\n");
  answer(crawl, "HTTP/1.1 302 x\r\nLocation: /" + longest +
                    "y\r\nContent-Length: 0\r\n\r\n");
  answer(crawl, "HTTP/1.1 404 No\xc2\x9b" "2J\xff\r\n"
                "Content-Length: 0\r\n\r\n");
  const std::string text = table(crawl);
  const std::size_t failures = text.find("\n\n");
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) <= failures;
       start = end + 1) {
    CHECK(columns::width(text.substr(start, end - start)) <= 80);
  }
  CHECK(text.find("\xff") == text.npos);
  CHECK(text.find("\xc2\x9b") == text.npos);
  CHECK(text.find("404 No?2J?\n") != text.npos);
}

TEST("pages of several servers are listed by their whole URLs") {
  Crawl crawl(from({"http://h/", "http://g/"}), kWorld);
  answer(crawl, web::response_text(200, "text/plain", ""));
  answer(crawl, web::response_text(200, "text/plain", ""));
  CHECK(table(crawl).find("  url\n") != std::string::npos);
  CHECK(table(crawl).find("  http://g/\n") != std::string::npos);
}

TEST("the totals say what is missing") {
  Options options = from({"http://h/a", "http://h/b", "http://h/c"});
  options.max_pages = 2;
  Crawl crawl(options, kWorld);
  answer(crawl, web::response_text(200, "text/plain", ""));
  crawl.interrupt();
  const std::string text = totals_line(crawl);
  CHECK(text.find("stopped at --max-pages 2: there are more pages\n") !=
        text.npos);
  CHECK(text.find("interrupted: 1 known page not visited\n") != text.npos);
}

TEST("the progress line tells how far the crawl is, in the width given") {
  Crawl crawl(from({"http://h/"}), kWorld);
  answer(crawl, web::response_text(200, "text/html", "<a href=/b><a href=/c>"));
  crawl.start();
  CHECK_EQ(progress_text(crawl, 80),
           "crawl: 1 page, 0 failed, 1 under way, 1 waiting, 0.1 s");
  CHECK_EQ(columns::width(progress_text(crawl, 20)), 20u);
}

TEST("a JSON string escapes what must be and mends what is not UTF-8") {
  CHECK_EQ(json_string("a\"\\\n\x01ü"), "\"a\\\"\\\\\\u000a\\u0001ü\"");
  CHECK_EQ(json_string("\xc3(\xed\xa0\x80"),
           "\"\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST("columns count characters, and a cut leaves both ends") {
  CHECK_EQ(columns::width("größer"), 6u);
  CHECK_EQ(columns::elide("abcdefghij", 10), "abcdefghij");
  CHECK_EQ(columns::elide("abcdefghij", 9), "abc...hij");
  CHECK_EQ(columns::elide("ääääääääää", 6), "ää...ä");
  CHECK_EQ(columns::left("ä", 3), "ä  ");
  CHECK_EQ(columns::right("ä", 3), "  ä");
  CHECK_EQ(columns::grouped(0), "0");
  CHECK_EQ(columns::grouped(1234567), "1,234,567");
  CHECK_EQ(columns::count(1, "page"), "1 page");
  CHECK_EQ(columns::wrap("one two  three", 7), "one two\nthree\n");
}

}  // namespace
}  // namespace crawler
