#include "19-database/resp.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/test.hpp"

// What a client reads: values of RESP 2.

namespace {

using resp::ProtocolError;
using resp::ReplyParser;
using resp::Value;

// All values in `bytes`, as a person reads them, and where they were cut.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  ReplyParser parser;
  std::vector<std::string> values;
  while (!bytes.empty()) {
    parser.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (std::optional<Value> value = parser.next()) {
      values.push_back(to_text(*value));
    }
  }
  return values;
}

Value read_one(std::string_view bytes,
               ReplyParser::Limits limits = ReplyParser::Limits()) {
  ReplyParser parser(limits);
  parser.feed(bytes);
  std::optional<Value> value = parser.next();
  CHECK(value.has_value());
  return *value;
}

TEST("each kind of value is read") {
  CHECK_EQ(to_text(read_one("+OK\r\n")), "OK");
  CHECK_EQ(to_text(read_one("-ERR no\r\n")), "(error) ERR no");
  CHECK_EQ(to_text(read_one(":-42\r\n")), "(integer) -42");
  CHECK_EQ(to_text(read_one("$5\r\nhello\r\n")), "\"hello\"");
  CHECK_EQ(to_text(read_one("$0\r\n\r\n")), "\"\"");
  CHECK(read_one("$-1\r\n").is_nil());
  CHECK(read_one("*-1\r\n").is_nil());
  CHECK_EQ(to_text(read_one("*0\r\n")), "(empty array)");
  CHECK_EQ(to_text(read_one("*2\r\n*2\r\n:1\r\n$-1\r\n+x\r\n")),
           "1) 1) (integer) 1\n   2) (nil)\n2) x");
  const std::string_view any_bytes("$4\r\n\r\n\0\r\r\n", 10);
  CHECK_EQ(read_one(any_bytes).text, any_bytes.substr(4, 4));
}

TEST("how the bytes were cut makes no difference") {
  const std::string_view all =
      "+OK\r\n*3\r\n$3\r\na\r\n\r\n*0\r\n*2\r\n:7\r\n*1\r\n-E\r\n$-1\r\n:0\r\n"
      "*1\r\n*1\r\n*0\r\n+end\r\n";
  const auto whole = read(all, all.size());
  CHECK_EQ(whole.size(), 6);
  for (std::size_t piece = 1; piece < all.size(); ++piece) {
    CHECK_EQ(read(all, piece), whole);
  }
}

TEST("what is no RESP is refused") {
  const std::string_view bad[] = {
      "x\r\n",         "\r\n",      ":\r\n",           ":1x\r\n",
      "$-2\r\n",       "$x\r\n",    "$99999999999\r\n", "*-2\r\n",
      "*1\r\n!\r\n",   "$1\r\nabc", ":9223372036854775808\r\n",
      "$01\r\na\r\n"};
  for (std::string_view bytes : bad) {
    ReplyParser parser;
    parser.feed(bytes);
    CHECK_THROWS(ProtocolError, parser.next());
  }
}

TEST("a line, a text and the depth have limits") {
  ReplyParser::Limits limits;
  limits.line = 10;
  limits.text = 5;
  limits.depth = 3;
  CHECK_EQ(read_one("$5\r\nabcde\r\n", limits).text, "abcde");
  CHECK_EQ(to_text(read_one("*1\r\n*1\r\n*1\r\n:1\r\n", limits)),
           "1) 1) 1) (integer) 1");
  const std::string_view bad[] = {"$6\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n",
                                  "+12345678901"};
  for (std::string_view bytes : bad) {
    ReplyParser parser(limits);
    parser.feed(bytes);
    CHECK_THROWS(ProtocolError, parser.next());
  }
}

TEST("an array's size reserves nothing") {
  ReplyParser parser;
  parser.feed("*9000000000000000000\r\n:1\r\n");
  CHECK(!parser.next());
}

TEST("an integer is written in one way only") {
  for (std::string_view good : {"0", "7", "-7", "9223372036854775807",
                                "-9223372036854775808"}) {
    CHECK(resp::parse_integer(good).has_value());
  }
  for (std::string_view bad : {"", "-", "+7", " 7", "7 ", "07", "-0", "-07",
                               "9223372036854775808", "1.0", "0x1", "a"}) {
    CHECK(!resp::parse_integer(bad));
  }
}

TEST("what is appended is read again") {
  std::string out;
  resp::append_array(out, 6);
  resp::append_status(out, "OK");
  resp::append_error(out, "ERR x");
  resp::append_integer(out, -9223372036854775807 - 1);
  resp::append_text(out, "a\r\nb");
  resp::append_nil(out);
  resp::append_nil_array(out);
  const Value value = read_one(out);
  CHECK_EQ(value.items.size(), 6);
  CHECK_EQ(value.items[2].integer, -9223372036854775807 - 1);
  CHECK_EQ(value.items[3].text, "a\r\nb");
  CHECK(value.items[4] == value.items[5]);
}

}  // namespace
