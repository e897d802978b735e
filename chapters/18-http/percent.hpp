#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace asyncio {

// percent_decode() is the text behind "%41%20b": "A b" (RFC 3986 section
// 2.1). Nothing where a '%' is not followed by two hexadecimal digits: a text
// that two programs could read in two ways is no text. Any thread.
std::optional<std::string> percent_decode(std::string_view text);

// The value of a name in a query, as a form sends it: "a=1&b=x+y" has the
// value "x y" for "b". Nothing if the name is not there, or is malformed.
std::optional<std::string> query_value(std::string_view query,
                                       std::string_view name);

}  // namespace asyncio
