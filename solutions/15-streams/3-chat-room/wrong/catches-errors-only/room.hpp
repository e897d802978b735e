// The test says: what Ann, when Tim's task was cancelled, hears: expected "Tim has left", came "(nothing)"
#pragma once

#include <map>
#include <string>
#include <utility>

#include "15-streams/streams.hpp"

namespace exercise {

// Who is in the room, by name. Thread: the loop's.
class Room {
 public:
  void join(const std::string& name, asyncio::StreamWriter writer) {
    members_.insert_or_assign(name, std::move(writer));
  }
  void leave(const std::string& name) {
    members_.erase(name);
    tell_others(name, name + " has left");
  }
  // False if there is no such member.
  bool tell(const std::string& name, const std::string& line) {
    auto member = members_.find(name);
    if (member == members_.end()) return false;
    member->second.write(line + "\n");
    return true;
  }
  void tell_others(const std::string& except, const std::string& line) {
    for (auto& [name, writer] : members_) {
      if (name != except) writer.write(line + "\n");
    }
  }

 private:
  std::map<std::string, asyncio::StreamWriter> members_;
};

// Reads a line and gives it without its newline. At the end of the stream
// `ended` becomes true.
inline asyncio::Coro<std::string> read_line(asyncio::StreamReader reader,
                                            bool& ended) {
  std::string line = co_await reader.readline();
  ended = line.empty();
  if (line.ends_with('\n')) line.pop_back();
  co_return line;
}

// What a line does.
inline void say(Room& room, const std::string& name, const std::string& line,
                const asyncio::StreamWriter& writer) {
  if (!line.starts_with("/to ")) {
    room.tell_others(name, name + ": " + line);
    return;
  }
  const std::size_t space = line.find(' ', 4);
  const std::string other = line.substr(4, space - 4);
  const std::string text =
      space == std::string::npos ? "" : line.substr(space + 1);
  if (!room.tell(other, name + " (to you): " + text)) {
    writer.write("nobody is called " + other + "\n");
  }
}

// Serves one connection until its end.
inline asyncio::Coro<> talk(Room& room, asyncio::StreamReader reader,
                            asyncio::StreamWriter writer) {
  bool ended = false;
  const std::string name = co_await read_line(reader, ended);
  if (ended) co_return;
  room.join(name, writer);
  writer.write("hello " + name + "\n");
  try {
    for (;;) {
      std::string line = co_await read_line(reader, ended);
      if (ended) break;
      say(room, name, line, writer);
    }
  } catch (const std::exception&) {
  }
  room.leave(name);
}

}  // namespace exercise
