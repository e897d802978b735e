#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/socket.hpp"
#include "exercises/expect.hpp"
#include "line_reader.hpp"

using asyncio::Socket;
using exercise::expect_equal;
using exercise::fail;
using exercise::LineReader;

namespace {

// A reader, and the end that sends to it. All is sent before it is read, so
// there is never anything to wait for; who waits all the same is stopped.
struct World {
  World() { both.first.set_timeout(std::chrono::milliseconds(300)); }

  void send(std::string_view text) { both.second.send_all(text); }
  void end() { both.second.close(); }

  // The next line, or "(the end)".
  std::string line() {
    try {
      return reader.read_line().value_or("(the end)");
    } catch (const std::system_error&) {
      fail("a line has been sent, and read_line() waits for more",
           "which bytes has recv brought already, and where are they now?");
    }
  }

  std::pair<Socket, Socket> both = Socket::pair();
  LineReader reader{both.first};
};

constexpr const char* kWhere =
    "recv brings more than one line; what becomes of the bytes behind the "
    "newline?";

}  // namespace

TEST("one line after another, as a person types") {
  World world;
  world.send("hello\n");
  expect_equal("the first line", world.line(), "hello",
               "a line without its newline");
  world.send("again\n");
  expect_equal("the second line", world.line(), "again",
               "a line without its newline");
  world.end();
  expect_equal("what comes at the end", world.line(), "(the end)",
               "recv returns 0");
}

TEST("three lines that come together are three lines") {
  World world;
  world.send("one\ntwo\nthree\n");
  world.end();
  expect_equal("the first of three lines", world.line(), "one",
               "a line ends at its first newline");
  expect_equal("the second of three lines", world.line(), "two", kWhere);
  expect_equal("the third of three lines", world.line(), "three", kWhere);
  expect_equal("what comes after three lines", world.line(), "(the end)",
               "each line comes once");
}

TEST("a line is given although the stream goes on") {
  World world;
  world.send("one\ntwo\nthr");
  expect_equal("the first line", world.line(), "one",
               "a line ends at its first newline");
  expect_equal("the second line", world.line(), "two", kWhere);
  world.send("ee\nfour\n");
  expect_equal("a line whose first half came with the line before",
               world.line(), "three",
               "half a line stays in the buffer until the rest has come");
  expect_equal("the line behind it", world.line(), "four", kWhere);
}

TEST("a long line comes in many pieces") {
  World world;
  const std::string line(6'000, 'x');
  world.send(line + "\nshort\n");
  expect_equal("the size of a line of 6,000 bytes", world.line().size(),
               line.size(), "recv until there is a newline");
  expect_equal("the line behind it", world.line(), "short", kWhere);
}

TEST("empty lines are lines, and the last line may have no newline") {
  World world;
  world.send("\n\nend");
  world.end();
  expect_equal("the first of two empty lines", world.line(), "",
               "nothing stands before the newline");
  expect_equal("the second of two empty lines", world.line(), "", kWhere);
  expect_equal("the last line, which has no newline", world.line(), "end",
               "what is left when recv returns 0 is a line, too");
  expect_equal("what comes after it", world.line(), "(the end)",
               "each line comes once");
}
