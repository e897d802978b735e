#include "common/http_parser.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <utility>

#include "common/http_text.hpp"
#include "common/text.hpp"

namespace web {
namespace {

using std::string_view;

// A chunk's line is its size and, rarely, extensions. Only the latter count
// against the header's limit, or a long body in small chunks would exceed it.
constexpr std::size_t kChunkSizeLine = 24;

// A long body's memory is not kept for the next message.
constexpr std::size_t kKeptBody = 4096;

std::uint64_t parse_length(string_view text) {
  std::uint64_t length = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, length);
  // A number too large to read is too large for any limit as well.
  if (error == std::errc::result_out_of_range && rest == end) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  if (error != std::errc() || rest != end) {
    throw ProtocolError(Fault::malformed,
                        "Content-Length " + quoted(text) + " is no number");
  }
  return length;
}

}  // namespace

int ProtocolError::status() const {
  switch (fault_) {
    case Fault::malformed:
    case Fault::cut_short:
      return 400;
    case Fault::line_too_long:
      return 414;
    case Fault::header_too_large:
      return 431;
    case Fault::body_too_large:
      return 413;
    case Fault::unknown_coding:
      return 501;
    case Fault::unknown_version:
      return 505;
  }
  return 400;
}

void MessageParser::malformed(const std::string& cause) {
  throw ProtocolError(Fault::malformed, cause);
}

// ---- Bytes ----------------------------------------------------------------

std::size_t MessageParser::consume(string_view bytes) {
  if (state_ == State::failed) malformed("the message was refused before");
  const std::size_t given = bytes.size();
  try {
    while (!bytes.empty() && !complete()) {
      const bool data = state_ == State::length_body ||
                        state_ == State::chunk_data ||
                        state_ == State::close_body;
      data ? take_data(bytes) : take_line(bytes);
    }
  } catch (...) {
    state_ = State::failed;
    throw;
  }
  return given - bytes.size();
}

bool MessageParser::feed(string_view bytes) {
  consume(bytes);
  return complete();
}

void MessageParser::reset() {
  state_ = State::start_line;
  framing_ = Framing::none;
  minor_version_ = 1;
  line_.clear();
  header_bytes_ = 0;
  body_bytes_ = remaining_ = 0;
  steering_ = {};
  headers_.clear();
  trailers_.clear();
  if (body_.capacity() > kKeptBody) body_ = std::string();
  body_.clear();
  clear_start_line();
}

void MessageParser::feed_eof() {
  if (complete() || (role_ == Role::request && !started())) return;
  if (state_ == State::failed) malformed("the message was refused before");
  if (state_ == State::close_body) {
    state_ = State::complete;
    return;
  }
  const std::string cause = cut_short_cause();
  state_ = State::failed;
  throw ProtocolError(Fault::cut_short, cause);
}

std::string MessageParser::cut_short_cause() const {
  switch (state_) {
    case State::start_line:
      if (line_.empty() && header_bytes_ == 0) {
        return "cut short before its first byte";
      }
      [[fallthrough]];
    case State::fields:
      return "cut short in its header";
    case State::length_body:
      return "cut short after " + std::to_string(body_bytes_) + " of " +
             std::to_string(body_bytes_ + remaining_) + " bytes";
    default:
      return "cut short after " + std::to_string(body_bytes_) +
             " bytes, before its last chunk";
  }
}

// Takes up to and including the next line feed. What has come of a line is
// searched only once, so that a line that comes byte by byte costs no more.
void MessageParser::take_line(string_view& bytes) {
  const auto end = bytes.find('\n');
  const auto part = bytes.substr(0, end);
  // Before anything else, so that the verdict on a line which is both too long
  // and wrong is the same however much of it has come.
  if (part.size() > line_limit() - line_.size()) line_too_long();
  if (end == string_view::npos) {
    line_ += part;
    bytes = {};
    return;
  }
  bytes.remove_prefix(end + 1);
  if (line_.empty()) return end_line(part);
  line_ += part;
  end_line(std::exchange(line_, {}));
}

// How long the current line may be without its line feed. Never shrinks below
// line_.size() while a line is read, since it changes only between lines.
std::size_t MessageParser::line_limit() const {
  const std::size_t left =
      limits_.header - std::min(limits_.header, header_bytes_);
  if (state_ == State::fields) return left;
  switch (state_) {
    case State::start_line:
      return std::min(limits_.start_line, left);
    case State::chunk_size:
      return kChunkSizeLine + left;
    case State::chunk_end:
      return 1;  // the CR
    default:
      return left;
  }
}

void MessageParser::line_too_long() const {
  const std::size_t left =
      limits_.header - std::min(limits_.header, header_bytes_);
  if (state_ == State::chunk_end) malformed("a chunk is longer than it says");
  if (state_ == State::start_line && limits_.start_line <= left) {
    throw ProtocolError(Fault::line_too_long,
                        "the first line is longer than " +
                            std::to_string(limits_.start_line) + " bytes");
  }
  throw ProtocolError(
      Fault::header_too_large,
      "the header is longer than " + std::to_string(limits_.header) + " bytes");
}

void MessageParser::end_line(string_view line) {
  if (state_ != State::chunk_size && state_ != State::chunk_end) {
    header_bytes_ += line.size() + 1;
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else if (role_ == Role::request) {
    malformed("a line ends in LF without CR");
  }
  switch (state_) {
    case State::start_line:
      // Some clients end a POST's body with a line end too many (section 2.2).
      if (line.empty() && role_ == Role::request) return;
      read_start_line(line);
      state_ = State::fields;
      return;
    case State::fields:
      return line.empty() ? end_header() : read_field(line, headers_);
    case State::chunk_size:
      return read_chunk_size(line);
    case State::chunk_end:
      if (!line.empty()) malformed("a chunk is longer than it says");
      state_ = State::chunk_size;
      return;
    default:
      if (!line.empty()) return read_field(line, trailers_);
      state_ = State::complete;
  }
}

void MessageParser::take_data(string_view& bytes) {
  if (state_ == State::close_body) {
    count_body(bytes.size());
    body_bytes_ += bytes.size();
    body_ += std::exchange(bytes, {});
    return;
  }
  const auto n = static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size(), remaining_));
  body_ += bytes.substr(0, n);
  bytes.remove_prefix(n);
  body_bytes_ += n;
  remaining_ -= n;
  if (remaining_ != 0) return;
  state_ = state_ == State::length_body ? State::complete : State::chunk_end;
}

// ---- The header -----------------------------------------------------------

// "HTTP/1.1", and nothing else (section 2.3). A later 1.x reads as 1.1.
void MessageParser::parse_version(string_view text) {
  if (text == "HTTP/1.1") {
    minor_version_ = 1;
    return;
  }
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) ||
      text[6] != '.' || !is_digit(text[7])) {
    malformed(quoted(text, 20) + " is not a version of HTTP");
  }
  if (text[5] != '1') {
    throw ProtocolError(Fault::unknown_version,
                        std::string(text) + " is not supported");
  }
  minor_version_ = text[7] - '0';
}

void MessageParser::read_field(string_view line, Headers& headers) {
  if (line.front() == ' ' || line.front() == '\t') {
    return fold_field(line, headers);
  }
  const auto colon = line.find(':');
  if (colon == string_view::npos) {
    malformed("header line " + quoted(line, 40) + " has no colon");
  }
  const auto name = line.substr(0, colon);
  if (!is_token(name)) malformed("bad header name " + quoted(name, 40));
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_text(value)) {
    malformed("header " + quoted(name, 40) + " has a control character");
  }
  if (&headers == &headers_) count_field(name);
  headers.add(name, value);
}

void MessageParser::count_field(string_view name) {
  switch (name.size()) {  // no two of them are equally long
    case 4:
      steering_.host += equal_ignoring_case(name, "Host");
      return;
    case 10:
      steering_.connection += equal_ignoring_case(name, "Connection");
      return;
    case 14:
      steering_.content_length += equal_ignoring_case(name, "Content-Length");
      return;
    case 17:
      steering_.transfer_encoding +=
          equal_ignoring_case(name, "Transfer-Encoding");
  }
}

void MessageParser::fold_field(string_view line, Headers& headers) {
  if (role_ == Role::request || headers.empty()) {
    malformed("a header line begins with white space");
  }
  const auto more = trim(line);
  if (!is_field_text(more)) malformed("a header has a control character");
  headers.extend(more);
}

void MessageParser::end_header() {
  framing_ = read_framing();
  switch (framing_) {
    case Framing::none:
      state_ = State::complete;
      return;
    case Framing::length:
      return start_length_body();
    case Framing::chunked:
      state_ = State::chunk_size;
      return;
    case Framing::until_close:
      state_ = State::close_body;
      return;
    case Framing::interim:
      // Its bytes stay counted: interim responses without end are too many.
      headers_ = {};
      steering_ = {};
      state_ = State::start_line;
  }
}

std::optional<std::uint64_t> MessageParser::content_length() const {
  if (steering_.content_length == 0) return std::nullopt;
  const auto values = headers_.list("Content-Length");
  if (values.size() < steering_.content_length) {
    malformed("Content-Length is empty");
  }
  const std::uint64_t length = parse_length(values.front());
  for (const string_view value : values) {
    if (parse_length(value) != length) malformed("two Content-Lengths differ");
  }
  return length;
}

// ---- The body -------------------------------------------------------------

// A body that is announced too large is refused before it comes.
void MessageParser::count_body(std::uint64_t more) const {
  if (more <= limits_.body - body_bytes_) return;
  throw ProtocolError(
      Fault::body_too_large,
      "the body is longer than " + std::to_string(limits_.body) + " bytes");
}

void MessageParser::start_length_body() {
  remaining_ = content_length().value_or(0);
  count_body(remaining_);
  state_ = remaining_ == 0 ? State::complete : State::length_body;
}

// "1a", "1a;name=value" (section 7.1). What an extension means is not asked.
void MessageParser::read_chunk_size(string_view line) {
  const char* const end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, remaining_, 16);
  const string_view extension(rest, static_cast<std::size_t>(end - rest));
  const string_view trimmed = trim(extension);
  const bool padded = trimmed.empty() && !extension.empty();
  if (error == std::errc::invalid_argument ||
      (!trimmed.empty() && trimmed.front() != ';') ||
      (padded && role_ == Role::request) || !is_field_text(extension)) {
    malformed("bad chunk size " + quoted(line, 40));
  }
  if (error == std::errc::result_out_of_range) {
    remaining_ = std::numeric_limits<std::uint64_t>::max();
  }
  count_body(remaining_);
  header_bytes_ += extension.size();
  if (header_bytes_ > limits_.header) line_too_long();
  state_ = remaining_ == 0 ? State::trailers : State::chunk_data;
}

// ---- What the caller asks -------------------------------------------------

bool MessageParser::started() const {
  if (state_ != State::start_line || !line_.empty()) return true;
  return role_ == Role::response && header_bytes_ != 0;
}

bool MessageParser::header_complete() const {
  return state_ != State::start_line && state_ != State::fields &&
         state_ != State::failed;
}

std::optional<string_view> MessageParser::header(string_view name) const {
  return headers_.find(name);
}

std::string MessageParser::take_body() { return std::exchange(body_, {}); }

// RFC 9112 section 9.3. A body that ends with the connection ends it. Where the
// framing is doubtful (section 6.1), so is where the next message begins.
bool MessageParser::keep_alive() const {
  assert(header_complete());
  if (framing_ == Framing::until_close) return false;
  const bool doubtful = minor_version_ == 0 || steering_.content_length != 0;
  if (framing_ == Framing::chunked && doubtful) return false;
  if (steering_.connection == 0) return minor_version_ >= 1;
  if (headers_.has("Connection", "close")) return false;
  return minor_version_ >= 1 || headers_.has("Connection", "keep-alive");
}

}  // namespace web
