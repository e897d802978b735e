// A Look is how the course command writes on this terminal: with colour or
// without, in UTF-8 or ASCII, in so many columns.
//
// A plain value; any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

enum class Colour { plain, bold, dim, green, red, yellow };

struct Look {
  bool terminal = false;  // may move the cursor
  bool colour = false;
  bool utf8 = false;
  std::size_t columns = 80;
  std::size_t rows = 24;

  // "..." in a colour, or as it is.
  std::string paint(Colour colour, std::string_view text) const;

  // The text in characters that the terminal has: "·" may become "-".
  std::string plain(std::string_view text) const;

  // "[####------]  4/10", `width` columns wide without the figures.
  std::string bar(std::size_t done, std::size_t all, std::size_t width) const;

  const char* mark(bool done) const;  // before a name in a list

  // Lines of at most so many columns, broken at spaces; code is cut instead.
  // The lines of a paragraph of `prose` are joined first.
  std::vector<std::string> lines(std::string_view text, std::size_t width,
                                 bool prose) const;
};

// By what stands behind `fd` and in the environment: NO_COLOR, TERM, LC_ALL,
// LC_CTYPE, LANG.
Look look_at(int fd);

// The locale's own words for UTF-8, "en_GB.UTF-8" or "C.utf8".
bool is_utf8_locale();

}  // namespace learn
