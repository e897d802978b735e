#pragma once

#include <map>
#include <string>
#include <utility>

#include "15-streams/streams.hpp"

namespace exercise {

// Who is in the room, by name. Thread: the loop's.
class Room {
 public:
  // TODO: what talk() needs: to join, to leave, to tell one, to tell all.

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

// Serves one connection until its end.
inline asyncio::Coro<> talk(Room& room, asyncio::StreamReader reader,
                            asyncio::StreamWriter writer) {
  // TODO: the rules are in the README. So far a client is only greeted.
  (void)room;
  bool ended = false;
  std::string name = co_await read_line(reader, ended);
  if (ended) co_return;
  writer.write("hello " + name + "\n");
  for (;;) {
    std::string line = co_await read_line(reader, ended);
    if (ended) co_return;
  }
}

}  // namespace exercise
