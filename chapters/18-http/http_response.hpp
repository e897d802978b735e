#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "08-coroutines/coro.hpp"
#include "18-http/http_request.hpp"
#include "common/http_headers.hpp"

namespace asyncio {

// A BodyWriter takes a body piece by piece, while it is being made.
class BodyWriter {
 public:
  // Sends `data`, and waits while the peer is slow to take it. The data must
  // live until then. Throws std::system_error once the peer is gone.
  virtual Coro<> write(std::string_view data) = 0;

 protected:
  ~BodyWriter() = default;
};

// An HttpResponse is what a handler answers. The server adds what frames it
// (Content-Length or Transfer-Encoding, Connection) and the Date.
struct HttpResponse {
  HttpResponse() {}
  explicit HttpResponse(int with_status) : status(with_status) {}

  int status = 200;
  // A literal, so that the usual answer costs no allocation. For a type made
  // at run time, leave it empty and add a Content-Type to the headers.
  std::string_view content_type;
  std::string body;
  web::Headers headers;

  // In place of `body`: a coroutine function that writes it. It is called
  // when the header has been sent, and not at all for HEAD. With a length,
  // it must write exactly so many bytes; without one the body is chunked.
  std::function<Coro<>(BodyWriter&)> stream;
  std::optional<std::uint64_t> stream_length;
};

HttpResponse text_response(std::string body, int status = 200);
HttpResponse html_response(std::string body, int status = 200);
HttpResponse json_response(std::string json, int status = 200);
HttpResponse redirect_response(std::string location, int status = 302);
// "404 Not Found" as plain text.
HttpResponse error_response(int status);

// A handler may throw this instead of answering.
class HttpError : public std::runtime_error {
 public:
  explicit HttpError(int status, const std::string& message = {});
  int status() const noexcept { return status_; }

 private:
  int status_;
};

// A handler is a coroutine function from a request to its answer.
using HttpHandler = std::function<Coro<HttpResponse>(HttpRequest&)>;

// Where a body ends: the part of a header that is the server's to write.
struct BodyFraming {
  bool has_body = true;        // not for HEAD, 204 and 304
  bool chunked = false;
  bool close = false;          // "Connection: close"
  bool say_keep_alive = false; // HTTP/1.0 has to be told
};

// Writes the status line and the header, with the empty line behind it;
// `date_line` is DateCache's.
// Throws std::invalid_argument for a header that would break out of its line,
// or that is the server's own to write.
void write_header(std::string& to, const HttpResponse& response,
                  const BodyFraming& framing, std::string_view date_line);

}  // namespace asyncio
