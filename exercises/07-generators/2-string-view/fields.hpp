// TODO: find the mistake. The function below is right about fields; its test
// is stopped by AddressSanitizer.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "07-generators/generator.hpp"

namespace exercise {

// Yields the fields of a line, one at a time: "a,b,,c" has four, one of which
// is empty. Each is good until the next is asked for.
inline asyncio::Generator<std::string_view> fields(std::string_view line) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != ',') continue;
    std::string_view field = line.substr(begin, i - begin);
    co_yield field;
    begin = i + 1;
  }
  std::string_view last = line.substr(begin);
  co_yield last;
}

}  // namespace exercise
