#include "18-http/http_date.hpp"

#include <chrono>
#include <cstdio>

#include "common/text.hpp"

namespace asyncio {
namespace {

using std::string_view;

constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed",
                                 "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  int year = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string month;
};

bool take_digit(int& number, char c) {
  if (!web::is_digit(c)) return false;
  number = number * 10 + (c - '0');
  return true;
}

// In a pattern, Y, D, h, m and s stand for a digit of a number, _ for a digit
// of the day or a space, b for a letter of the month and w for any; all else
// stands for itself.
bool match(string_view text, string_view pattern, Parts& parts) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    bool good = c == pattern[i];
    if (pattern[i] == 'Y') good = take_digit(parts.year, c);
    if (pattern[i] == 'D') good = take_digit(parts.day, c);
    if (pattern[i] == '_') good = c == ' ' || take_digit(parts.day, c);
    if (pattern[i] == 'h') good = take_digit(parts.hour, c);
    if (pattern[i] == 'm') good = take_digit(parts.minute, c);
    if (pattern[i] == 's') good = take_digit(parts.second, c);
    if (pattern[i] == 'w') good = web::is_alpha(c);
    if (pattern[i] == 'b') good = web::is_alpha(c);
    if (pattern[i] == 'b') parts.month += c;
    if (!good) return false;
  }
  return true;
}

unsigned month_number(string_view name) {
  for (unsigned i = 0; i < 12; ++i) {
    if (name == kMonths[i]) return i + 1;
  }
  return 0;
}

std::optional<std::time_t> time_of(const Parts& parts) {
  using namespace std::chrono;
  const year_month_day date(year(parts.year), month(month_number(parts.month)),
                            day(static_cast<unsigned>(parts.day)));
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
    return std::nullopt;
  }
  const auto time = sys_days(date) + hours(parts.hour) +
                    minutes(parts.minute) + seconds(parts.second);
  return static_cast<std::time_t>(
      duration_cast<seconds>(time.time_since_epoch()).count());
}

// "Sunday, 06-Nov-94 08:49:37 GMT": the weekday has a length of its own. A
// year of two digits counts from 1970, as everybody's does.
std::optional<std::time_t> parse_rfc850(string_view text) {
  const auto comma = text.find(',');
  if (comma == string_view::npos || comma < 6) return std::nullopt;
  Parts parts;
  if (!match(text.substr(comma), ", DD-bbb-YY hh:mm:ss GMT", parts)) {
    return std::nullopt;
  }
  parts.year += parts.year < 70 ? 2000 : 1900;
  return time_of(parts);
}

}  // namespace

std::string http_date(std::time_t time) {
  using namespace std::chrono;
  const sys_seconds point{seconds(time)};
  const auto midnight = floor<days>(point);
  const year_month_day date(midnight);
  const hh_mm_ss clock(point - midnight);
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
      kDays[weekday(midnight).c_encoding()], unsigned(date.day()),
      kMonths[unsigned(date.month()) - 1], int(date.year()),
      int(clock.hours().count()), int(clock.minutes().count()),
      int(clock.seconds().count()));
  return std::string(text, static_cast<std::size_t>(size));
}

std::optional<std::time_t> parse_http_date(string_view text) {
  Parts fixdate;
  if (match(text, "www, DD bbb YYYY hh:mm:ss GMT", fixdate)) {
    return time_of(fixdate);
  }
  Parts asctime;
  if (match(text, "www bbb _D hh:mm:ss YYYY", asctime)) {
    return time_of(asctime);
  }
  return parse_rfc850(text);
}

}  // namespace asyncio
