#include "19-database/resp.hpp"

#include <algorithm>
#include <utility>

#include "common/text.hpp"

namespace resp {

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty()) return {};
  if (digits[0] == '0' && text.size() > 1) return {};  // "07", "-0"
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return {};
  return value;
}

void append_command(std::string& out,
                    std::span<const std::string_view> words) {
  append_array(out, words.size());
  for (std::string_view word : words) append_text(out, word);
}

// A value goes into the innermost array that is open; an array that is full
// by that is a value itself, for the one around it.
std::optional<Value> ReplyParser::next() {
  Value value;
  std::size_t items = 0;
  while (read_one(value, items)) {
    if (items > 0) {
      if (open_.size() == limits_.depth) throw ProtocolError("nested too deep");
      open_.push_back({std::exchange(value, {}), items});
      continue;
    }
    while (!open_.empty()) {
      Open& innermost = open_.back();
      innermost.array.items.push_back(std::exchange(value, {}));
      if (--innermost.missing > 0) break;
      value = std::move(innermost.array);
      open_.pop_back();
    }
    if (open_.empty()) return value;
  }
  forget_read();
  return {};
}

// A value that is whole, or an array and how many items it shall have. False
// if there are not enough bytes.
bool ReplyParser::read_one(Value& value, std::size_t& items) {
  items = 0;
  if (text_) return read_text(value);
  std::string_view line;
  if (!read_line(line)) return false;
  const char kind = line.empty() ? ' ' : line[0];
  if (!line.empty()) line.remove_prefix(1);
  value = Value();
  switch (kind) {
    case '+':
    case '-':
      value.type = kind == '+' ? Value::Type::kStatus : Value::Type::kError;
      value.text = line;
      return true;
    case ':': {
      const std::optional<std::int64_t> number = parse_integer(line);
      if (!number) throw ProtocolError("bad integer " + web::quoted(line));
      value.type = Value::Type::kInteger;
      value.integer = *number;
      return true;
    }
    case '$':
      if (line == "-1") return true;
      text_ = length(line, limits_.text);
      return read_text(value);
    case '*':
      if (line == "-1") return true;
      value.type = Value::Type::kArray;
      items = length(line, SIZE_MAX);
      return true;
    default:
      throw ProtocolError("bad type " +
                          web::quoted(std::string_view(&kind, 1)));
  }
}

bool ReplyParser::read_line(std::string_view& line) {
  const std::size_t end = buffer_.find("\r\n", std::max(position_, scanned_));
  // The last byte may be the first half of a line end.
  scanned_ = buffer_.empty() ? 0 : buffer_.size() - 1;
  if (std::min(end, buffer_.size()) - position_ > limits_.line) {
    throw ProtocolError("line too long");
  }
  if (end == std::string::npos) return false;
  line = std::string_view(buffer_).substr(position_, end - position_);
  position_ = scanned_ = end + 2;
  return true;
}

bool ReplyParser::read_text(Value& value) {
  const std::size_t size = *text_;
  if (buffer_.size() - position_ < size + 2) return false;
  if (buffer_.compare(position_ + size, 2, "\r\n") != 0) {
    throw ProtocolError("no line end after a text");
  }
  value = Value();
  value.type = Value::Type::kText;
  value.text.assign(buffer_, position_, size);
  position_ = scanned_ = position_ + size + 2;
  text_.reset();
  return true;
}

std::size_t ReplyParser::length(std::string_view digits,
                                std::size_t most) const {
  const std::optional<std::int64_t> number = parse_integer(digits);
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > most) {
    throw ProtocolError("bad length " + web::quoted(digits));
  }
  return static_cast<std::size_t>(*number);
}

// What is left moves to the front of the buffer, once for all the values that
// one feed() has brought.
void ReplyParser::forget_read() {
  if (position_ == 0) return;
  buffer_.erase(0, position_);
  scanned_ -= std::min(scanned_, position_);
  position_ = 0;
  if (buffer_.empty()) buffer_.shrink_to_fit();
}

namespace {

std::string indented(const Value& value, std::size_t indent);

std::string array_text(const Value& value, std::size_t indent) {
  if (value.items.empty()) return "(empty array)";
  std::string out;
  std::size_t number = 0;
  for (const Value& item : value.items) {
    const std::string front = std::to_string(++number) + ") ";
    if (number > 1) out.append(1, '\n').append(indent, ' ');
    out += front + indented(item, indent + front.size());
  }
  return out;
}

std::string indented(const Value& value, std::size_t indent) {
  switch (value.type) {
    case Value::Type::kNil: return "(nil)";
    case Value::Type::kStatus: return value.text;
    case Value::Type::kError: return "(error) " + value.text;
    case Value::Type::kInteger:
      return "(integer) " + std::to_string(value.integer);
    case Value::Type::kText: return '"' + value.text + '"';
    case Value::Type::kArray: return array_text(value, indent);
  }
  return "";
}

}  // namespace

std::string to_text(const Value& value) { return indented(value, 0); }

}  // namespace resp
