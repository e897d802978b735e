// The claims of common/links.hpp.

#include "common/links.hpp"

#include <string>

#include "common/test.hpp"

namespace web {
namespace {

// The links of a page at http://h/d/p, one after another, without "http://h".
std::string links(std::string_view html) {
  std::string result;
  for (const Url& url : extract_links(html, parse_url("http://h/d/p"))) {
    if (!result.empty()) result += ' ';
    result += url.host == "h" ? url.target() : url.str();
  }
  return result;
}

}  // namespace

TEST("links come in the order of the page, resolved, each once") {
  CHECK_EQ(links("<a href=\"b\">b</a> <a href='/a'>a</a> <a href=../c>c</a>"
                 "<a href=b#part>b again</a> <a href=//g/x>elsewhere</a>"),
           "/d/b /a /c http://g/x");
}

TEST("an empty reference and a fragment lead to the page itself") {
  CHECK_EQ(links("<a href=''>x</a><a href='#top'>y</a><a href>z</a>"), "/d/p");
}

TEST("area counts as a, and other elements do not") {
  CHECK_EQ(links("<map><area href=x></map><link href=y><abbr href=z><img "
                 "src=w><a name=v>"),
           "/d/x");
}

TEST("names stand in any case and among other attributes") {
  CHECK_EQ(links("<A CLASS=c HREF = \"x\" id=i><a\nhref\n=\n'y'\n/>"
                 "<a data-href=n href=z/ hrefs=m>"),
           "/d/x /d/y /d/z/");
}

TEST("the first of two equal attributes counts") {
  CHECK_EQ(links("<a href=x href=y>"), "/d/x");
}

TEST("values hold angle brackets and the other quote") {
  CHECK_EQ(links("<a title='>' href=\"x>y\"><a title=\"it's\" href='\"'>"),
           "/d/x%3Ey /d/%22");
}

TEST("the first base with an href holds for every link of the page") {
  CHECK_EQ(links("<a href=a><base target=_top><base href=/e/f>"
                 "<base href=/n/><a href=b><a href=/c>"),
           "/e/a /e/b /c");
  CHECK_EQ(links("<base href='mailto:x'><a href=a>"), "/d/a");
  CHECK_EQ(links("<base href='http://g/y/'><a href=a>"), "http://g/y/a");
}

TEST("what leads to no web page is left out") {
  CHECK_EQ(links("<a href='mailto:me@h'><a href='javascript:f()'><a "
                 "href='http://'><a href='ftp://h/'><a href='https://h/s'>"),
           "/s");
}

TEST("comments and declarations hold no links") {
  CHECK_EQ(links("<!DOCTYPE html><?xml version='1.0'?><!-- <a href=n> -->"
                 "<a href=a><!--><a href=b><!---><a href=c><!-- --!>"
                 "<a href=d><!-- - -- > <a href=n> -->"
                 "</ ><a href=e><!-- <a href=n>"),
           "/d/a /d/b /d/c /d/d /d/e");
}

TEST("the text of script, style, title and textarea holds no links") {
  CHECK_EQ(links("<title><a href=n></title><script>'<a href=n></scripts>'"
                 "</SCRIPT ><style><a href=n></style/><textarea><a href=n>"
                 "</textarea><a href=a><script>'</script'<a href=n>"),
           "/d/a");
  CHECK_EQ(links("<plaintext><a href=n></plaintext><a href=n>"), "");
}

TEST("a less-than sign that opens no tag is text") {
  CHECK_EQ(links("1 < 2 <3 <<a href=x> << </> <a href=y>"), "/d/x /d/y");
}

TEST("a tag that the page's end cuts off holds no link") {
  CHECK_EQ(links("<a href=x>a</a><a href=y"), "/d/x");
  CHECK_EQ(links("<a href=x>a</a><a href='y>"), "/d/x");
  CHECK_EQ(links("<a href=x>a</a><"), "/d/x");
  CHECK_EQ(links("<a href=x>a</a></"), "/d/x");
  CHECK_EQ(links("<a href=x>a</a><a "), "/d/x");
}

TEST("odd attributes are read as browsers read them") {
  CHECK_EQ(links("<a =x href=a><a/href=b><a href=\"c\"d><a \"=1 href=d>"
                 "<a href==e><a href=f'g>"),
           "/d/a /d/b /d/c /d/d /d/=e /d/f'g");
}

TEST("character references in a link are decoded") {
  CHECK_EQ(links("<a href='?a=1&amp;b=2'><a href='&#x2e;&#46;/c'>"),
           "/d/p?a=1&b=2 /c");
}

TEST("references are decoded where a browser does") {
  CHECK_EQ(decode_entities("&amp;&lt;&gt;&quot;&apos;&nbsp;"),
           "&<>\"'\xC2\xA0");
  CHECK_EQ(decode_entities("&#38;&#x26;&#X26;&#38"), "&&&&");
  CHECK_EQ(decode_entities("&#228;&#x20AC;&#x1F600;"),
           "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK_EQ(decode_entities("?a&amp b"), "?a& b");
  CHECK_EQ(decode_entities("?a&lt=1&lter;&ltx"), "?a&lt=1&lter;&ltx");
  CHECK_EQ(decode_entities("&apos &copy; & &; &# &#; &#x; &#xg;"),
           "&apos &copy; & &; &# &#; &#x; &#xg;");
  CHECK_EQ(decode_entities("&amp;amp;"), "&amp;");
  CHECK_EQ(decode_entities("&"), "&");
}

TEST("a number that names no character becomes the replacement character") {
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK_EQ(decode_entities("&#0;"), replacement);
  CHECK_EQ(decode_entities("&#xD800;"), replacement);
  CHECK_EQ(decode_entities("&#x110000;"), replacement);
  CHECK_EQ(decode_entities("&#99999999999999999999;"), replacement);
}

TEST("any bytes are a page without links") {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i);
  CHECK_EQ(links(bytes), "");
  CHECK_EQ(links(""), "");
}

TEST("a broken page costs time in proportion") {
  for (const char* piece :
       {"<", "</", "<!--", "<a ", "<a href='", "<script>", "</script", "--",
        "<!", "&#", "<a x=y ", "=", "\""}) {
    std::string page = "<a href=x>";
    while (page.size() < 200000) page += piece;
    CHECK_EQ(links(page), "/d/x");
    CHECK_EQ(links("<!--" + page), "");
    CHECK_EQ(links("<script>" + page), "");
  }
}

}  // namespace web
