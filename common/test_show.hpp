// test_show.hpp compares and prints the values that a failed check reports:
// integers, truth values, characters, strings, floating numbers, enumerations
// (as numbers), durations, pointers, std::optional, pairs, containers, and
// types with a str() function. Any other value prints as "?".

#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace test {

std::string show_signed(long long value);
std::string show_unsigned(unsigned long long value);
std::string show_floating(double value);  // as short as tells it from others
std::string show_text(std::string_view value);  // quoted, escaped, shortened
std::string show_pointer(const void* value);

template <class T>
concept Text = std::convertible_to<const T&, std::string_view>;

// bool and the character types are integral, yet std::cmp_equal refuses them.
template <class T>
concept Integer =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
    !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
    !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class A, class B>
bool equal(const A& a, const B& b) {
  if constexpr (Integer<A> && Integer<B>) {
    return std::cmp_equal(a, b);  // no surprise between signed and unsigned
  } else if constexpr (Text<A> && Text<B>) {
    return std::string_view(a) == std::string_view(b);
  } else {
    return static_cast<bool>(a == b);
  }
}

template <class T>
std::string show(const T& value);

template <class Range>
std::string show_range(const Range& range) {
  std::string text = "{";
  for (const auto& item : range) {
    if (text.size() > 1) text += ", ";
    text += show(item);
  }
  return text + "}";
}

template <class T>
std::string show(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::same_as<T, char>) {
    return show_text(std::string_view(&value, 1));
  } else if constexpr (std::signed_integral<T>) {
    return show_signed(value);
  } else if constexpr (std::unsigned_integral<T>) {
    return show_unsigned(value);
  } else if constexpr (std::is_enum_v<T>) {
    return show(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::floating_point<T>) {
    return show_floating(static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::nullptr_t>) {
    return "nullptr";
  } else if constexpr (Text<T>) {
    return show_text(value);
  } else if constexpr (std::is_pointer_v<T> &&
                       std::is_object_v<std::remove_pointer_t<T>>) {
    return show_pointer(value);
  } else if constexpr (requires { value.has_value(); *value; }) {
    return value.has_value() ? show(*value) : "nothing";
  } else if constexpr (requires { typename T::period; value.count(); }) {
    using Period = typename T::period;
    return show_floating(static_cast<double>(value.count()) *
                         static_cast<double>(Period::num) /
                         static_cast<double>(Period::den)) + " s";
  } else if constexpr (requires { value.str(); }) {
    return show(value.str());
  } else if constexpr (requires { value.first; value.second; }) {
    return "(" + show(value.first) + ", " + show(value.second) + ")";
  } else if constexpr (requires { value.begin(); value.end(); }) {
    return show_range(value);
  } else {
    return "?";
  }
}

}  // namespace test
