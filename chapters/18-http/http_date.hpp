#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace asyncio {

// A date as HTTP writes it, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section
// 5.6.7): always in UTC and always in English, so no locale has a say. Any
// thread.
std::string http_date(std::time_t time);

// Reads that form, and the two that older programs send. Nothing if it is
// none of the three.
std::optional<std::time_t> parse_http_date(std::string_view text);

// A DateCache is the date of now, written anew once a second: at a hundred
// thousand answers a second the calendar would cost more than the parser.
// One thread.
class DateCache {
 public:
  using Clock = std::time_t (*)();
  explicit DateCache(Clock clock = [] { return std::time(nullptr); })
      : clock_(clock) {}

  // "Date: Sun, 06 Nov 1994 08:49:37 GMT" with the line's end. Lives until the
  // next call.
  const std::string& line() {
    const std::time_t time = clock_();
    if (time != time_) write(time);
    return line_;
  }

 private:
  void write(std::time_t time) {
    time_ = time;
    line_ = "Date: " + http_date(time) + "\r\n";
  }

  Clock clock_;
  std::time_t time_ = -1;
  std::string line_;
};

}  // namespace asyncio
