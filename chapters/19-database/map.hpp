// Private to this chapter.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace database {

// Finds a std::string by a std::string_view, without making a string of it
// first: a key is looked for where it came in, in the buffer of the socket.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

// A Map keeps a T for each key. Its keys and values stay where they are when
// others come and go.
template <class T>
using Map = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace database
