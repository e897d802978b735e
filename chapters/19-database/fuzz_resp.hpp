// fuzz_resp() gives bytes to both parsers of RESP, whole and cut, and checks
// what must be true of any bytes. The libFuzzer program and a test with a
// fixed seed share it.
//
// Not part of the library: for programs and tests.

#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "19-database/command_parser.hpp"
#include "19-database/resp.hpp"

namespace fuzz {

// Where to begin.
inline constexpr std::string_view seeds[] = {
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nv\r\nw!\r\n*1\r\n$4\r\nPING\r\n",
    "set k 'a \\' b' \"c\\x41\\n\"\r\n\r\nget k\n*0\r\n*-1\r\nquit\r\n",
    "*2\r\n*3\r\n:1\r\n$-1\r\n+OK\r\n*1\r\n-ERR x\r\n$3\r\na\r\n\r\n:42\r\n",
    "*1\r\n$100\r\n", "*2147483647\r\n$0\r\n\r\n", "*1\r\n*1\r\n*1\r\n*0\r\n",
};

struct Read {
  std::vector<std::string> items;
  std::string complaint;
  friend bool operator==(const Read&, const Read&) = default;
};

// The commands in `bytes`, each as the bytes that a client would send for it.
inline Read read_commands(std::string_view bytes, std::size_t piece) {
  resp::CommandParser::Limits limits;
  limits.line = 64;
  limits.text = 100;
  limits.command = 300;
  resp::CommandParser parser(limits);
  Read read;
  try {
    while (!bytes.empty()) {
      const std::string copy(bytes.substr(0, piece));
      bytes.remove_prefix(copy.size());
      parser.feed(copy);
      while (parser.next()) {
        resp::append_command(read.items.emplace_back(), parser.arguments());
      }
      parser.save();
    }
  } catch (const resp::ProtocolError& error) {
    read.complaint = error.what();
  }
  return read;
}

inline Read read_replies(std::string_view bytes, std::size_t piece) {
  resp::ReplyParser::Limits limits;
  limits.line = 64;
  limits.text = 100;
  limits.depth = 5;
  resp::ReplyParser parser(limits);
  Read read;
  try {
    while (!bytes.empty()) {
      parser.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
      while (std::optional<resp::Value> value = parser.next()) {
        read.items.push_back(to_text(*value));
      }
    }
  } catch (const resp::ProtocolError& error) {
    read.complaint = error.what();
  }
  return read;
}

inline void require(bool claim, const char* what) {
  if (claim) return;
  std::fprintf(stderr, "fuzz_resp: %s\n", what);
  std::abort();
}

// What is read does not depend on where the bytes were cut. A complaint may:
// a line that is too long is noticed when its limit is reached, or it ends.
inline void fuzz_resp(std::string_view bytes) {
  const std::size_t piece =
      1 + (bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % 7);
  const Read commands = read_commands(bytes, bytes.size());
  const Read cut_commands = read_commands(bytes, piece);
  require(cut_commands.items == commands.items ||
              cut_commands.complaint.find("too big") != std::string::npos,
          "commands depend on the pieces");
  for (const std::string& command : commands.items) {
    const Read again = read_commands(command, command.size());
    require(again.complaint.empty() ? again.items.size() == 1 &&
                                          again.items[0] == command
                                    : command.size() > 100,
            "a command is not read as it was written");
  }
  const Read replies = read_replies(bytes, bytes.size());
  require(read_replies(bytes, piece).items == replies.items ||
              replies.complaint == "line too long",
          "replies depend on the pieces");
}

}  // namespace fuzz
