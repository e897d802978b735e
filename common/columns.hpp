// Text in columns, for a terminal of a certain width: what a report and a
// timeline need to stay within 80 columns and to do no harm to a terminal.
//
// A column is a code point: right for the Latin alphabet and for most others,
// not for wide East Asian characters. Plain functions; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace columns {

// `text` with each control character, and each byte that is not UTF-8, as
// '?'. A server's bytes could otherwise drive the reader's terminal.
std::string printable(std::string_view text);

// `text` as valid UTF-8: each byte that is not becomes `replacement`.
std::string valid_utf8(std::string_view text, std::string_view replacement);

std::size_t width(std::string_view text);

// At most `most` columns: "..." stands for the middle that is cut out.
// REQUIRES: valid UTF-8, most >= 4.
std::string elide(std::string_view text, std::size_t most);

// At least `width` columns, by spaces behind or before the text.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

// `text` in lines of at most `most` columns, broken at spaces; each ends in
// '\n'.
std::string wrap(std::string_view text, std::size_t most);

std::string grouped(std::uint64_t number);                  // "1,234,567"
std::string decimal(double number, int places);             // "0.052"
std::string count(std::uint64_t number, const char* noun);  // "2 pages"

// The columns of the terminal behind `fd`, or 80.
int terminal_width(int fd);

}  // namespace columns
