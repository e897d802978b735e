#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// RESP, version 2, is how Redis and its clients talk: each thing begins with
// a byte that says what it is, and each length is told before the bytes.
//
//   +OK\r\n            a status          :42\r\n           an integer
//   -ERR why\r\n       an error          $5\r\nhello\r\n   a text, any bytes
//   *2\r\n...          two more things   $-1\r\n, *-1\r\n  nil
//
// A request is an array of texts. Source: redis.io/docs/reference/
// protocol-spec. Plain functions and values: usable on any thread.
namespace resp {

// The peer has said what RESP does not know. Nothing after it can be trusted,
// since where the next thing begins is not known either.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A Value is one thing of RESP, with all that is in it: what a server answers.
struct Value {
  enum class Type : std::uint8_t {
    kNil,
    kStatus,
    kError,
    kInteger,
    kText,
    kArray
  };
  Type type = Type::kNil;
  std::int64_t integer = 0;
  std::string text;  // of a status, an error or a text
  std::vector<Value> items;

  bool is_nil() const noexcept { return type == Type::kNil; }
  bool is_error() const noexcept { return type == Type::kError; }
  friend bool operator==(const Value&, const Value&) = default;
};

// For a person, as redis-cli writes it: "hello", (integer) 42, (nil), 1) ...
std::string to_text(const Value& value);

// Each adds one thing to the end of `out`. A status and an error must not
// hold a line end.
inline void append_size(std::string& out, char kind, std::int64_t number) {
  char digits[24];
  digits[0] = kind;
  char* end = std::to_chars(digits + 1, digits + 22, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(digits, end);
}
inline void append_integer(std::string& out, std::int64_t number) {
  append_size(out, ':', number);
}
inline void append_array(std::string& out, std::size_t count) {
  append_size(out, '*', static_cast<std::int64_t>(count));
}
inline void append_text(std::string& out, std::string_view text) {
  append_size(out, '$', static_cast<std::int64_t>(text.size()));
  out.append(text).append("\r\n", 2);
}
inline void append_nil(std::string& out) { out.append("$-1\r\n", 5); }
inline void append_nil_array(std::string& out) { out.append("*-1\r\n", 5); }
inline void append_status(std::string& out, std::string_view text) {
  out.append(1, '+').append(text).append("\r\n", 2);
}
inline void append_error(std::string& out, std::string_view text) {
  out.append(1, '-').append(text).append("\r\n", 2);
}

// A request: an array of texts.
void append_command(std::string& out, std::span<const std::string_view> words);

// Redis's idea of an integer: "0", "-7", within 64 bits, and no other way to
// write one ("07", "+7", " 7", "-0").
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

// A ReplyParser makes Values of bytes, which may come in any pieces. Not
// thread-safe. After a ProtocolError it is of no more use.
class ReplyParser {
 public:
  // Types with constructors may be made in a co_await expression.
  struct Limits {
    Limits() {}
    std::size_t line = 64 * 1024;
    std::size_t text = 512 * 1024 * 1024;
    std::size_t depth = 32;
  };
  explicit ReplyParser(const Limits& limits = Limits()) : limits_(limits) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }

  // The next value that is whole, or nothing until more bytes come.
  std::optional<Value> next();

 private:
  struct Open {
    Value array;
    std::size_t missing;
  };
  bool read_one(Value& value, std::size_t& items);
  bool read_line(std::string_view& line);
  bool read_text(Value& value);
  std::size_t length(std::string_view digits, std::size_t most) const;
  void forget_read();

  Limits limits_;
  std::string buffer_;
  std::size_t position_ = 0;         // what of the buffer is used up
  std::size_t scanned_ = 0;          // no line end before this
  std::optional<std::size_t> text_;  // a text of this size comes next
  std::vector<Open> open_;  // arrays that are not whole, outermost first
};

}  // namespace resp
