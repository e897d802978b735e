#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace asyncio {

// JSON text (RFC 8259), as far as writing goes. Any thread.

// A string in its quotes. Bytes above 127 pass as they are: JSON is UTF-8.
std::string json_string(std::string_view text);

// The shortest number that reads as the same double; null for what JSON has
// no number for (infinities, NaN).
std::string json_number(double number);

// A JsonObject is an object that is written member by member:
//
//     JsonObject().add("delay", 0.2).add("pid", 42).str()
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view text) {
    return add_raw(name, json_string(text));
  }
  JsonObject& add(std::string_view name, const char* text) {
    return add(name, std::string_view(text));
  }
  JsonObject& add(std::string_view name, double number) {
    return add_raw(name, json_number(number));
  }
  JsonObject& add(std::string_view name, bool truth) {
    return add_raw(name, truth ? "true" : "false");
  }
  template <std::integral T>
  JsonObject& add(std::string_view name, T number) {
    return add_raw(name, std::to_string(number));
  }

  // A value that is JSON already: another object, a list.
  JsonObject& add_raw(std::string_view name, std::string_view json);

  std::string str() const { return text_ + '}'; }

 private:
  std::string text_ = "{";
};

}  // namespace asyncio
