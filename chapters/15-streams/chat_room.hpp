// A chat: who has joined hears what the others say, line by line. Any program
// that sends lines can join, as nc or telnet.
//
// A member who does not read must not stop the others, so nobody waits for a
// member's connection: say() does not drain. Nor may it cost memory without
// end: whoever has kMostWaiting bytes waiting is thrown out.
//
// Not part of the library: for programs and tests.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "15-streams/streams.hpp"

namespace chat {

using asyncio::Coro;
using asyncio::StreamReader;
using asyncio::StreamWriter;

class Room {
 public:
  static constexpr std::size_t kMostWaiting = 1024 * 1024;

  // False if somebody has the name.
  bool join(const std::string& name, StreamWriter writer) {
    return members_.try_emplace(name, std::move(writer)).second;
  }
  void leave(const std::string& name) { members_.erase(name); }

  // Tells it to everybody except one.
  void say(const std::string& line, const std::string& except) {
    for (auto& [name, writer] : members_) {
      if (name == except) continue;
      writer.write(line + "\n");
      asyncio::Transport& transport = writer.transport();
      if (transport.get_write_buffer_size() > kMostWaiting) transport.abort();
    }
  }

  std::string names() const {
    std::string list;
    for (const auto& [name, writer] : members_) list += " " + name;
    return list;
  }

 private:
  std::map<std::string, StreamWriter> members_;
};

// Somebody in the room, for as long as this lives.
class Member {
 public:
  Member(Room& room, std::string name)
      : room_(room), name_(std::move(name)) {
    room_.say("* " + name_ + " has joined", name_);
  }
  Member(const Member&) = delete;
  ~Member() {
    room_.leave(name_);
    room_.say("* " + name_ + " has left", name_);
  }
  void say(const std::string& text) { room_.say(name_ + ": " + text, name_); }

 private:
  Room& room_;
  const std::string name_;
};

// A line without its end, which is "\r\n" when telnet sends it. A line that
// is too long is nobody's message.
inline Coro<std::string> read_line(StreamReader& reader) {
  std::string line;
  try {
    line = co_await reader.readline();
  } catch (const asyncio::LimitOverrunError&) {
    line = "(a line that is too long)\n";
  }
  co_return line;
}
inline std::string_view without_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// What the server runs for each connection.
inline Coro<> talk(Room& room, StreamReader reader, StreamWriter writer) {
  std::string name;
  for (;;) {
    writer.write("Your name? ");
    std::string line = co_await read_line(reader);
    if (line.empty()) co_return;
    name = without_end(line);
    if (!name.empty() && room.join(name, writer)) break;
    writer.write("That name is taken.\n");
  }
  Member member(room, name);
  writer.write("Here are:" + room.names() + "\n");
  for (;;) {
    std::string line = co_await read_line(reader);
    if (line.empty()) co_return;
    member.say(std::string(without_end(line)));
  }
}

}  // namespace chat
