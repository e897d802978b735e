// MessageParser is what reading a request and reading a response have in
// common: lines, header fields, and the three ways in which a body ends. It
// does no I/O: give it bytes in pieces of any size, as they come from a socket;
// the outcome never depends on where the pieces were cut. One parser reads one
// message; then it is replaced by a fresh one, or reset().
//
// It owns all that it has read; views that it hands out live until it goes.
// One thread at a time. A message that breaks the rules throws ProtocolError,
// after which the parser only throws.
//
// The source is RFC 9112 (HTTP/1.1), and RFC 9110 for the fields. Where the
// RFC leaves a choice:
//   - a request is read strictly, for two servers that read one request in two
//     ways can be played against each other ("request smuggling"): a line ends
//     in CR LF, not in LF; a folded header line is refused; Content-Length
//     together with Transfer-Encoding is refused;
//   - a response is read kindly, for the server exists and will not change: LF
//     alone ends a line, folded lines are joined, and chunked beats
//     Content-Length;
//   - in both, white space before a header's colon, a control character in a
//     value, and unequal Content-Lengths are refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/http_headers.hpp"

namespace web {

// What a message may cost. Whoever sends it does not know these, so each is a
// fault of its own.
struct Limits {
  std::size_t start_line = 8 * 1024;  // the request or status line
  std::size_t header = 64 * 1024;     // all lines, with chunk extensions
  std::size_t body = 64 * 1024 * 1024;
};

// Why a message was refused.
enum class Fault {
  malformed,         // 400 Bad Request
  cut_short,         // the connection ended first; nobody is left to answer
  line_too_long,     // 414 URI Too Long
  header_too_large,  // 431 Request Header Fields Too Large
  body_too_large,    // 413 Content Too Large
  unknown_coding,    // 501 Not Implemented
  unknown_version,   // 505 HTTP Version Not Supported
};

// Gives the cause alone ("bad chunk size 'zz'"); the caller, who knows them,
// puts operation and subject before it.
class ProtocolError : public std::runtime_error {
 public:
  ProtocolError(Fault fault, const std::string& cause)
      : std::runtime_error(cause), fault_(fault) {}

  Fault fault() const { return fault_; }
  int status() const;  // what a server answers: 400, 413, 414, 431, 501, 505

 private:
  Fault fault_;
};

class MessageParser {
 public:
  // Reads on, and returns how many of the bytes belong to this message. Fewer
  // than given means that it is complete: the rest is the next message's.
  std::size_t consume(std::string_view bytes);

  // consume() for who expects one message: true once it is complete, and what
  // comes behind it is ignored.
  bool feed(std::string_view bytes);

  // As new, for the next message, but for the memory, which is kept: on a
  // connection that lives long, a parser that is reset allocates nothing.
  void reset();

  // The peer closed. A response may end so; throws Fault::cut_short where the
  // message may not. A request that has not started is no error.
  void feed_eof();

  bool started() const;          // a first byte has come
  bool header_complete() const;  // start line and headers() can be read
  bool complete() const { return state_ == State::complete; }

  int minor_version() const { return minor_version_; }  // 1 for HTTP/1.1
  const Headers& headers() const { return headers_; }
  const Headers& trailers() const { return trailers_; }  // after a chunked body
  std::optional<std::string_view> header(std::string_view name) const;

  // The body so far. take_body() moves it out, for who streams: each call
  // gives what came since the last. The limit counts what was taken too.
  const std::string& body() const { return body_; }
  std::string take_body();

  // Whether the connection can carry another message after this one.
  // REQUIRES: header_complete().
  bool keep_alive() const;

 protected:
  enum class Role { request, response };
  enum class Framing { none, length, chunked, until_close, interim };

  MessageParser(Role role, const Limits& limits)
      : limits_(limits), role_(role) {}
  ~MessageParser() = default;
  MessageParser(const MessageParser&) = default;
  MessageParser(MessageParser&&) = default;
  MessageParser& operator=(const MessageParser&) = default;
  MessageParser& operator=(MessageParser&&) = default;

  [[noreturn]] static void malformed(const std::string& cause);

  // Reads "HTTP/1.1".
  void parse_version(std::string_view text);

  // How many fields of each kind that steers the parser there are: counted as
  // they come, so that nobody has to search for what mostly is not there.
  struct Steering {
    unsigned host = 0;
    unsigned content_length = 0;
    unsigned transfer_encoding = 0;
    unsigned connection = 0;
  };
  const Steering& steering() const { return steering_; }

  // The one length that all Content-Length fields agree on.
  std::optional<std::uint64_t> content_length() const;

 private:
  enum class State {
    start_line,
    fields,
    length_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    close_body,
    complete,
    failed,
  };

  virtual void read_start_line(std::string_view line) = 0;
  virtual Framing read_framing() const = 0;  // what follows the header
  virtual void clear_start_line() = 0;

  void take_line(std::string_view& bytes);
  void take_data(std::string_view& bytes);
  std::size_t line_limit() const;
  [[noreturn]] void line_too_long() const;
  void end_line(std::string_view line);
  void read_field(std::string_view line, Headers& headers);
  void count_field(std::string_view name);
  void fold_field(std::string_view line, Headers& headers);
  void end_header();
  void start_length_body();
  void read_chunk_size(std::string_view line);
  void count_body(std::uint64_t more) const;
  std::string cut_short_cause() const;

  Limits limits_;
  Role role_;
  State state_ = State::start_line;
  Framing framing_ = Framing::none;
  int minor_version_ = 1;
  std::string line_;              // a line whose end has not come
  std::size_t header_bytes_ = 0;  // counted against limits_.header
  std::uint64_t body_bytes_ = 0;  // of the body, also those taken out
  std::uint64_t remaining_ = 0;   // of the Content-Length or the chunk
  Steering steering_;
  Headers headers_;
  Headers trailers_;
  std::string body_;
};

}  // namespace web
