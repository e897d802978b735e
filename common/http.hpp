// HTTP/1.1 messages: ResponseParser and RequestParser read them, the *_text
// functions write them. Nothing here does I/O, so the same code serves a
// blocking socket, a callback and a coroutine.
//
// common/http_parser.hpp says what the two parsers share: ownership, threads,
// errors, and what is read strictly. The source is RFC 9112.

#pragma once

#include <string>
#include <string_view>

#include "common/http_parser.hpp"
#include "common/url.hpp"

namespace web {

// ResponseParser is the client's side. It skips interim (1xx) responses, but
// takes 101 Switching Protocols for final: what follows it is not HTTP.
//
//   ResponseParser response;
//   while (!response.complete()) {
//     const std::size_t n = socket.recv(buffer, sizeof buffer);
//     n == 0 ? response.feed_eof() : (void)response.feed({buffer, n});
//   }
class ResponseParser final : public MessageParser {
 public:
  // Answers to HEAD and CONNECT have no body, whatever their header claims:
  // so the parser must know what was asked.
  explicit ResponseParser(std::string_view method = "GET",
                          const Limits& limits = {});

  int status() const { return status_; }                 // 0 before it came
  const std::string& reason() const { return reason_; }  // may be empty

 private:
  void read_start_line(std::string_view line) override;
  Framing read_framing() const override;
  void clear_start_line() override;

  std::string method_;
  int status_ = 0;
  std::string reason_;
};

// RequestParser is the server's side. A client can send its next request
// before the first is answered (pipelining): feed it with consume(), and give
// the bytes left over to the next parser.
class RequestParser final : public MessageParser {
 public:
  explicit RequestParser(const Limits& limits = {});

  const std::string& method() const { return method_; }  // case matters: "GET"
  const std::string& target() const { return target_; }  // "/a?b", as it stands

  // The client waits for "100 Continue" before it sends its body; ask once
  // header_complete(), and answer that or an error.
  bool expects_continue() const;

 private:
  void read_start_line(std::string_view line) override;
  Framing read_framing() const override;
  void clear_start_line() override;
  void check_target() const;
  void check_host() const;

  std::string method_;
  std::string target_;
};

// The writers below trust nothing that could have come from outside: a name
// or value that would break out of its line throws std::invalid_argument.

// A whole GET request. Says "Connection: close": one request a connection.
// Of the fields it writes itself (Host, User-Agent, Accept, Connection) all
// but Host can be replaced by `extra`.
std::string request_text(const Url& url, const Headers& extra = {});

// A whole response with a Content-Length: Content-Type, then `extra`.
std::string response_text(int status, std::string_view content_type,
                          std::string_view body, const Headers& extra = {});

// A response's status line and fields, with the empty line that ends them.
std::string response_header(int status, const Headers& fields);

// One chunk of a chunked body; of no data it is the last one.
std::string chunk_text(std::string_view data);

// "Not Found" for 404; "" for a status that has no name here.
std::string_view reason_phrase(int status);

}  // namespace web
