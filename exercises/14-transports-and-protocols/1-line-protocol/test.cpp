#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "10-tasks/manual_run.hpp"
#include "10-tasks/sleep.hpp"
#include "14-transports-and-protocols/connection.hpp"
#include "exercises/expect.hpp"
#include "line_protocol.hpp"

using asyncio::Coro;
using asyncio::Ref;
using asyncio::Socket;
using exercise::LineProtocol;
using exercise::expect;
using exercise::expect_equal;

namespace {

using Lines = std::vector<std::string>;

// Keeps the lines; "quit" closes the connection.
class Keeper final : public LineProtocol {
 public:
  Lines lines;
  bool is_closing() const { return transport().is_closing(); }

 private:
  void line_received(std::string_view line) override {
    lines.emplace_back(line);
    if (line == "quit") transport().close();
  }
};

struct Given {
  Lines lines;
  bool closing = false;
};

// Gives the pieces to a new protocol on an open connection, as its transport
// would: each piece stands in a buffer that is used again for the next one.
Coro<Given> give(std::vector<std::string> pieces) {
  auto [mine, peer] = Socket::pair();
  Ref<Keeper> keeper = asyncio::make_ref<Keeper>();
  asyncio::ProtocolFactory factory = [keeper] { return keeper; };
  asyncio::Connection made =
      co_await asyncio::create_connection(factory, std::move(mine));
  std::string buffer;
  for (const std::string& piece : pieces) {
    if (made.transport->is_closing()) break;
    buffer.assign(piece.size(), '?');
    buffer.replace(0, piece.size(), piece);
    keeper->data_received(buffer);
    buffer.assign(buffer.size(), '?');
  }
  Given given;
  given.lines = keeper->lines;
  given.closing = keeper->is_closing();
  made.transport->abort();
  co_await asyncio::sleep({});
  co_return given;
}

Given given(std::vector<std::string> pieces) {
  return asyncio::Runner(test::manual_clock()).run(give(std::move(pieces)));
}

}  // namespace

TEST("a line that comes in one piece") {
  expect_equal("the lines of \"hello\\n\"", given({"hello\n"}).lines,
               Lines{"hello"}, "where does the line end?");
}

TEST("two lines that come in one piece") {
  expect_equal("the lines of \"one\\ntwo\\n\"", given({"one\ntwo\n"}).lines,
               Lines{"one", "two"}, "how many lines can one piece bring?");
}

TEST("a line that comes in three pieces") {
  expect_equal("the lines of \"he\", \"ll\", \"o\\n\"",
               given({"he", "ll", "o\n"}).lines, Lines{"hello"},
               "what has to be kept from one call to the next?");
}

TEST("what comes after the last end of a line is no line yet") {
  expect_equal("the lines of \"one\\ntw\"", given({"one\ntw"}).lines,
               Lines{"one"}, "is \"tw\" a whole line?");
}

TEST("however the bytes are cut up, the lines are the same") {
  const std::string bytes = "one\n\ntwo and two\nx\nthe last\n";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < bytes.size(); i += size) {
      pieces.push_back(bytes.substr(i, size));
    }
    expect_equal("the lines, cut into pieces of " + std::to_string(size),
                 given(pieces).lines,
                 Lines{"one", "", "two and two", "x", "the last"},
                 "an empty line is a line, and a view into the transport's "
                 "buffer is gone after the call");
  }
}

TEST("no line comes after the transport was closed") {
  expect_equal("the lines of \"one\\nquit\\nthree\\n\"",
               given({"one\nquit\nthree\n"}).lines, Lines{"one", "quit"},
               "who has closed the connection does not want another line");
}

TEST("a line without end breaks the connection") {
  const std::string much(LineProtocol::kMaxLine / 2 + 1, 'x');
  expect(given({much, much}).closing,
         "the transport is closing after kMaxLine + 1 bytes without a line's "
         "end",
         "how large may the rest grow that is kept? And who ends it?");
}

TEST("many bytes in lines are no line without end") {
  const std::string line = std::string(300, 'x') + "\n";
  const Given many = given({line + line + line + line + line});
  expect_equal("how many lines came", many.lines.size(), 5u,
               "five lines of 300 bytes, in one piece");
  expect(!many.closing, "the transport is still open",
         "what is it that may not be longer than kMaxLine?");
}
