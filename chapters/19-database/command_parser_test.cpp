#include "19-database/command_parser.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "common/test.hpp"

// What a server reads. That redis-server complains in the same words is shown
// by redis_server_test.

namespace {

using resp::CommandParser;
using resp::ProtocolError;

using Commands = std::vector<std::vector<std::string>>;

Commands read(std::string_view bytes, std::size_t piece,
              CommandParser::Limits limits = CommandParser::Limits()) {
  CommandParser parser(limits);
  Commands commands;
  while (!bytes.empty()) {
    // A copy that is gone after save(): a view into it would be seen.
    const std::string copy(bytes.substr(0, piece));
    bytes.remove_prefix(copy.size());
    parser.feed(copy);
    while (parser.next()) {
      const auto& words = parser.arguments();
      commands.emplace_back(words.begin(), words.end());
    }
    parser.save();
  }
  return commands;
}

Commands read(std::string_view bytes) { return read(bytes, bytes.size()); }

TEST("arrays of texts are commands, and hold any bytes") {
  const Commands commands =
      read("*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n*1\r\n$0\r\n\r\n");
  CHECK_EQ(commands, (Commands{{"GET", "a\r\nb"}, {""}}));
}

TEST("lines of words are commands too") {
  CHECK_EQ(read("  set  k\tv \r\nget k\n"),
           (Commands{{"set", "k", "v"}, {"get", "k"}}));
  CHECK_EQ(read("x \"a b\\n\\x41\\\"\" 'c \\' d\\n' e\"f\"\n"),
           (Commands{{"x", "a b\nA\"", "c ' d\\n", "ef"}}));
}

TEST("empty lines and empty arrays are nothing") {
  CHECK_EQ(read("\r\n\n*0\r\n*-1\r\n*-7\r\n   \r\nping\r\n"),
           (Commands{{"ping"}}));
}

TEST("how the bytes were cut makes no difference") {
  const std::string_view all =
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$6\r\n*1\r\n$1\r\n\r\n\r\nget 'a b'\r\n"
      "*1\r\n$4\r\nPING\r\n*0\r\n*2\r\n$1\r\na\r\n$0\r\n\r\nquit\n";
  const Commands whole = read(all);
  CHECK_EQ(whole.size(), 5);
  for (std::size_t piece = 1; piece < all.size(); ++piece) {
    CHECK_EQ(read(all, piece), whole);
  }
}

TEST("a command is whole, or nothing of it") {
  const std::string_view all = "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n";
  for (std::size_t size = 0; size < all.size(); ++size) {
    CHECK(read(all.substr(0, size), 1).empty());
  }
}

TEST("nothing is copied when the bytes come whole") {
  const std::string bytes = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  CommandParser parser;
  parser.feed(bytes);
  CHECK(parser.next());
  CHECK(parser.arguments()[1].data() == bytes.data() + 17);
  CHECK_EQ(parser.consumed(), bytes.size());
  CHECK_EQ(parser.waiting(), 0);
}

TEST("what is wrong is told in redis-server's words") {
  const struct {
    std::string_view bytes, complaint;
  } cases[] = {
      {"*x\r\n", "invalid multibulk length"},
      {"*2147483648\r\n", "invalid multibulk length"},
      {"*01\r\n", "invalid multibulk length"},
      {"*1\r\n+a\r\n", "expected '$', got '+'"},
      {"*1\r\n$-1\r\n", "invalid bulk length"},
      {"*1\r\n$x\r\n", "invalid bulk length"},
      {"*1\r\n$536870913\r\n", "invalid bulk length"},
      {"get 'a\r\n", "unbalanced quotes in request"},
      {"get \"a\"b\r\n", "unbalanced quotes in request"},
  };
  for (const auto& each : cases) {
    CHECK_WHAT(read(each.bytes), "Protocol error: " +
                                     std::string(each.complaint));
  }
}

TEST("a line, a text and a command have limits") {
  CommandParser::Limits limits;
  limits.line = 20;
  limits.text = 30;
  limits.command = 60;
  const std::string long_line(21, 'x');
  CHECK_WHAT(read(long_line, 7, limits), "too big inline request");
  CHECK_WHAT(read("*" + long_line, 7, limits), "too big mbulk count string");
  CHECK_WHAT(read("*1\r\n$" + long_line, 7, limits),
             "too big bulk count string");
  CHECK_WHAT(read("*1\r\n$31\r\n", 7, limits), "invalid bulk length");
  CHECK_WHAT(read("*2\r\n$30\r\n" + std::string(30, 'x') + "\r\n$30\r\n", 7,
                  limits),
             "too big command");
}

}  // namespace
