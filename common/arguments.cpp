#include "common/arguments.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "common/text.hpp"

namespace cli {
namespace {

using std::chrono::nanoseconds;

// The unit behind the number, in nanoseconds; 0 for an unknown one.
double unit_of(std::string_view name) {
  if (name.empty() || name == "s") return 1e9;
  if (name == "ms") return 1e6;
  if (name == "us") return 1e3;
  if (name == "m") return 60e9;
  return 0;
}

}  // namespace

bool Arguments::next() {
  if (has_value_ && !operand_) reject("takes no value");
  operand_ = has_value_ = false;
  if (++index_ >= argc_) return false;
  const std::string_view text = argv_[index_];
  if (!only_operands_ && text == "--") {
    only_operands_ = true;
    return next();
  }
  operand_ = has_value_ = only_operands_ || text.size() < 2 || text[0] != '-';
  name_ = value_ = text;
  const std::size_t equals = text.find('=');
  if (!operand_ && text.substr(0, 2) == "--" && equals != text.npos) {
    name_ = text.substr(0, equals);
    value_ = text.substr(equals + 1);
    has_value_ = true;
  }
  return true;
}

bool Arguments::is(std::string_view option) const {
  return !operand_ && name_ == option;
}

bool Arguments::flag() {
  if (has_value_) reject("takes no value");
  return true;
}

std::string Arguments::text() {
  if (!has_value_ && index_ + 1 >= argc_) reject("needs a value");
  if (!has_value_) value_ = argv_[++index_];
  has_value_ = false;
  return std::string(value_);
}

long Arguments::number(long least, long most) {
  const std::string value = text();
  const char* end = value.data() + value.size();
  long number = 0;
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  const bool too_big = error == std::errc::result_out_of_range && rest == end;
  if (!too_big && (error != std::errc() || rest != end)) {
    reject("not a number: " + web::quoted(value));
  }
  if (too_big || number < least || number > most) {
    reject("not from " + std::to_string(least) + " to " +
           std::to_string(most) + ": " + web::quoted(value));
  }
  return number;
}

nanoseconds Arguments::duration() {
  try {
    return parse_duration(text());
  } catch (const std::invalid_argument& error) {
    reject(error.what());
  }
}

void Arguments::unknown() const {
  throw UsageError("unknown option " + web::quoted(name_));
}

void Arguments::reject(std::string_view cause) const {
  throw UsageError(std::string(name_) + ": " + std::string(cause));
}

// By hand, because libc++ has no std::from_chars for double before LLVM 20,
// and strtod obeys the locale and takes "nan" and "0x1p3".
nanoseconds parse_duration(std::string_view text) {
  double number = 0;
  double place = 0;  // of the next digit, once the point was seen
  std::size_t digits = 0;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && place == 0) {
      place = 0.1;
    } else if (web::is_digit(text[i])) {
      const double digit = text[i] - '0';
      number = place == 0 ? number * 10 + digit : number + digit * place;
      place /= 10;
      ++digits;
    } else {
      break;
    }
  }
  const double result = number * unit_of(text.substr(i));
  // A century fits into 64 bits of nanoseconds.
  if (digits == 0 || unit_of(text.substr(i)) == 0 || result > 3.2e18) {
    throw std::invalid_argument("not a duration: " + web::quoted(text));
  }
  return nanoseconds(std::llround(result));
}

std::string format_duration(nanoseconds duration) {
  const double ns = static_cast<double>(duration.count());
  const bool small = ns < 1e9 && ns > 0;
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, small ? "%.9g ms" : "%.9g s",
                small ? ns / 1e6 : ns / 1e9);
  return buffer;
}

}  // namespace cli
