#include "19-database/command_parser.hpp"

#include <algorithm>
#include <climits>
#include <utility>

#include "common/text.hpp"

namespace resp {

void CommandParser::feed(std::string_view bytes) {
  if (buffer_.empty()) {
    input_ = bytes;
    return;
  }
  buffer_.append(bytes);
  input_ = buffer_;
}

void CommandParser::save() {
  const std::size_t used = std::exchange(start_, 0);
  position_ -= used;
  for (Range& range : ranges_) range.begin -= used;
  if (buffer_.empty()) {
    buffer_.assign(input_.substr(used));
  } else {
    buffer_.erase(0, used);
  }
  if (buffer_.empty()) buffer_ = std::string();  // its memory too
  input_ = buffer_;
}

bool CommandParser::next() {
  arguments_.clear();
  while (missing_ == 0 && arguments_.empty()) {  // an empty line is nothing
    if (position_ == input_.size()) return false;
    const bool read = input_[position_] == '*' ? read_array() : read_inline();
    if (!read) return false;
  }
  while (missing_ > 0) {
    if (!read_text()) return false;
  }
  if (!ranges_.empty()) take_ranges();
  return true;
}

// The line "*3\r\n". An array of none, or of fewer, is no command.
bool CommandParser::read_array() {
  std::string_view line;
  if (!read_line('\r', "too big mbulk count string", line)) return false;
  const std::optional<std::int64_t> count = parse_integer(line.substr(1));
  if (!count || *count > INT_MAX) {
    throw ProtocolError("Protocol error: invalid multibulk length");
  }
  missing_ = std::max<std::int64_t>(*count, 0);
  if (missing_ == 0) finish_command();
  return true;
}

// "$5\r\nhello\r\n". Like redis-server, it does not look at the last two.
bool CommandParser::read_text() {
  if (text_ < 0 && !read_text_size()) return false;
  const auto size = static_cast<std::size_t>(text_);
  if (input_.size() - position_ < size + 2) return false;
  ranges_.push_back({position_, size});
  position_ += size + 2;
  text_ = -1;
  --missing_;
  return true;
}

bool CommandParser::read_text_size() {
  std::string_view line;
  if (!read_line('\r', "too big bulk count string", line)) return false;
  char kind = line.empty() ? '\r' : line[0];
  if (kind != '$') {
    if (kind == '\r' || kind == '\n') kind = ' ';  // an error is one line
    throw ProtocolError("Protocol error: expected '$', got '" +
                        std::string(1, kind) + "'");
  }
  const std::optional<std::int64_t> size = parse_integer(line.substr(1));
  if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > limits_.text) {
    throw ProtocolError("Protocol error: invalid bulk length");
  }
  text_ = *size;
  if (position_ - start_ + static_cast<std::size_t>(text_) > limits_.command) {
    throw ProtocolError("Protocol error: too big command");
  }
  return true;
}

bool CommandParser::read_inline() {
  std::string_view line;
  if (!read_line('\n', "too big inline request", line)) return false;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  words_.clear();
  if (!split_words(line, words_)) {
    throw ProtocolError("Protocol error: unbalanced quotes in request");
  }
  arguments_.assign(words_.begin(), words_.end());
  finish_command();
  return true;
}

// The bytes before `end`, which is '\r' with a byte behind it, or '\n'.
bool CommandParser::read_line(char end, const char* complaint,
                              std::string_view& line) {
  const std::size_t found = input_.find(end, position_);
  if (found == std::string_view::npos) {
    if (input_.size() - position_ <= limits_.line) return false;
    throw ProtocolError(std::string("Protocol error: ") + complaint);
  }
  const std::size_t next = found + (end == '\r' ? 2 : 1);
  if (next > input_.size()) return false;
  line = input_.substr(position_, found - position_);
  position_ = next;
  return true;
}

void CommandParser::finish_command() {
  consumed_ += position_ - start_;
  start_ = position_;
}

void CommandParser::take_ranges() {
  for (const Range& range : ranges_) {
    arguments_.push_back(input_.substr(range.begin, range.size));
  }
  ranges_.clear();
  finish_command();
}

namespace {

// One character of a "..." word that follows a backslash.
char unescaped(std::string_view line, std::size_t& i) {
  const char c = line[i++];
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: break;
  }
  if (c == 'x' && i + 1 < line.size()) {
    const int high = web::hex_digit(line[i]);
    const int low = web::hex_digit(line[i + 1]);
    if (high >= 0 && low >= 0) {
      i += 2;
      return static_cast<char>(high * 16 + low);
    }
  }
  return c;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// The rest of a word in quotes, from line[i] on.
bool read_quoted(std::string_view line, std::size_t& i, char quote,
                 std::string& word) {
  while (i < line.size() && line[i] != quote) {
    const bool escape = line[i] == '\\' && i + 1 < line.size();
    if (escape && quote == '"') {
      word += unescaped(line, ++i);
    } else if (escape && line[i + 1] == '\'') {
      word += '\'';
      i += 2;
    } else {
      word += line[i++];
    }
  }
  if (i == line.size()) return false;  // open
  ++i;
  return i == line.size() || is_space(line[i]);
}

}  // namespace

bool split_words(std::string_view line, std::vector<std::string>& words) {
  for (std::size_t i = 0;;) {
    while (i < line.size() && is_space(line[i])) ++i;
    if (i == line.size()) return true;
    std::string& word = words.emplace_back();
    while (i < line.size() && !is_space(line[i])) {
      const char c = line[i++];
      if (c != '"' && c != '\'') {
        word += c;
      } else if (!read_quoted(line, i, c, word)) {
        return false;
      }
    }
  }
}

}  // namespace resp
