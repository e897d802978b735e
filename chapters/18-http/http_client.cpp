#include "18-http/http_client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "12-cancellation/wait_for.hpp"
#include "common/arguments.hpp"
#include "common/http_text.hpp"
#include "common/text.hpp"

namespace asyncio {
namespace {

using std::string_view;

constexpr std::size_t kPiece = 16 * 1024;

void write_field(std::string& to, string_view name, string_view value) {
  if (!web::is_token(name) || !web::is_field_text(value)) {
    throw std::invalid_argument("write header " + web::quoted(name, 40) +
                                ": " + web::quoted(value, 40) +
                                " cannot stand there");
  }
  (((to += name) += ": ") += value) += "\r\n";
}

// What says where a message ends is the client's own to write.
bool is_the_clients(string_view name) {
  return web::equal_ignoring_case(name, "Host") ||
         web::equal_ignoring_case(name, "Content-Length") ||
         web::equal_ignoring_case(name, "Transfer-Encoding");
}

void write_body_framing(std::string& to, const ClientRequest& request) {
  if (request.chunked) {
    write_field(to, "Transfer-Encoding", "chunked");
  } else if (!request.body.empty() || request.method == "POST" ||
             request.method == "PUT") {
    write_field(to, "Content-Length", std::to_string(request.body.size()));
  }
}

// The request line and the header.
std::string header_text(const ClientRequest& request, const web::Url& url) {
  const std::string target = url.target();
  if (!web::is_token(request.method) || !web::is_target_text(target)) {
    throw std::invalid_argument("write request: bad method or target " +
                                web::quoted(request.method, 40));
  }
  std::string text = request.method + " " + target + " HTTP/1.1\r\n";
  write_field(text, "Host", url.authority());
  for (const auto& [name, value] :
       {std::pair{"User-Agent", "asyncio/1.0"}, std::pair{"Accept", "*/*"}}) {
    if (request.headers.count(name) == 0) write_field(text, name, value);
  }
  for (const web::Header& field : request.headers) {
    if (is_the_clients(field.name)) {
      throw std::invalid_argument("write request: " + field.name +
                                  " is not the caller's to set");
    }
    write_field(text, field.name, field.value);
  }
  write_body_framing(text, request);
  return text += "\r\n";
}

Coro<> send_request(PooledStream& to, const ClientRequest& request,
                    const web::Url& url) {
  std::string head = header_text(request, url);
  string_view rest = request.body;
  if (!request.chunked && rest.size() <= kPiece) {
    head += rest;
    rest = {};
  }
  to.writer().write(head);
  while (!rest.empty()) {
    const auto piece = rest.substr(0, kPiece);
    to.writer().write(request.chunked ? web::chunk_text(piece)
                                      : std::string(piece));
    rest.remove_prefix(piece.size());
    co_await to.writer().drain();
  }
  if (request.chunked) to.writer().write(web::chunk_text(""));
}

// Reads the answer. `started` tells, also when it fails, that some came.
Coro<> read_answer(PooledStream& from, web::ResponseParser& answer,
                   ResponseObserver* observer, bool& started) {
  std::string buffer(kPiece, '\0');
  while (!answer.complete()) {
    const std::size_t size = co_await from.reader().read_into(buffer);
    if (size == 0) {
      // The end of a connection that has served before, and says nothing this
      // time, is no answer: the request is sent again, on another one.
      const bool answered = started || !from.reused();
      if (observer && answered) observer->ended();
      answer.feed_eof();
      co_return;
    }
    started = true;
    const string_view bytes(buffer.data(), size);
    if (observer) observer->received(bytes);
    const std::size_t taken = answer.consume(bytes);
    // More than was asked for: what follows could not be trusted.
    if (taken == size && answer.complete() && answer.keep_alive()) from.keep();
  }
}

bool is_idempotent(string_view method) {
  for (const string_view known : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    if (method == known) return true;
  }
  return false;
}

// A connection that was reset, or that ended before the first byte.
bool is_lost(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error&) {
    return true;
  } catch (const web::ProtocolError& fault) {
    return fault.fault() == web::Fault::cut_short;
  } catch (...) {
    return false;
  }
}

ClientResponse response_of(web::ResponseParser& parser, const web::Url& url,
                           bool reused) {
  ClientResponse response;
  response.status = parser.status();
  response.reason = parser.reason();
  response.headers = parser.headers();
  response.body = parser.take_body();
  response.url = url.str();
  response.reused = reused;
  return response;
}

bool is_redirect(const ClientResponse& response) {
  const int status = response.status;
  return (status == 301 || status == 302 || status == 303 || status == 307 ||
          status == 308) &&
         response.headers.count("Location") == 1;
}

// What to ask after a redirect (RFC 9110 section 15.4): 307 and 308 keep the
// method; the others make a GET of what is no GET. Credentials are for the
// host that they were given for.
ClientRequest next_request(ClientRequest request,
                           const ClientResponse& response) {
  const web::Url from = web::parse_url(request.url);
  const auto location = response.headers.find("Location").value_or("");
  const web::Url to = web::resolve(from, location);
  request.url = to.str();
  const bool same = response.status == 307 || response.status == 308;
  if (!same && request.method != "GET" && request.method != "HEAD") {
    request.method = "GET";
    request.body.clear();
    request.chunked = false;
  }
  if (!to.same_origin(from)) {
    web::Headers kept;
    for (const web::Header& field : request.headers) {
      if (web::equal_ignoring_case(field.name, "Authorization")) continue;
      if (web::equal_ignoring_case(field.name, "Cookie")) continue;
      kept.add(field.name, field.value);
    }
    request.headers = std::move(kept);
  }
  return request;
}

}  // namespace

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::move(options)), pool_(options_.pool) {}

Coro<ClientResponse> HttpClient::get(std::string url) const {
  return send(ClientRequest(std::move(url)));
}

Coro<ClientResponse> HttpClient::send(ClientRequest request) const {
  const HttpClient self = *this;
  const std::string what = request.method + " " + request.url;
  auto work = self.follow(std::move(request));
  try {
    co_return co_await wait_for(std::move(work), self.options_.timeout);
  } catch (const TimeoutError& error) {
    if (string_view(error.what()) != "timed out") throw;
    throw TimeoutError(what + ": no complete answer within " +
                       cli::format_duration(self.options_.timeout));
  }
}

Coro<ClientResponse> HttpClient::follow(ClientRequest request) const {
  for (int redirects = 0;; ++redirects) {
    ClientResponse response = co_await send_once(request);
    if (redirects >= options_.max_redirects || !is_redirect(response)) {
      co_return response;
    }
    request = next_request(std::move(request), response);
  }
}

Coro<ClientResponse> HttpClient::send_once(ClientRequest request) const {
  const web::Url url = web::parse_url(request.url);
  if (url.scheme != "http") {
    throw web::UrlError(request.method + " " + request.url +
                        ": no TLS in this course");
  }
  for (bool fresh = false;; fresh = true) {
    PooledStream stream = co_await pool_.acquire(url.host, url.port, fresh);
    if (request.observer) request.observer->connected();
    web::ResponseParser answer(request.method, options_.limits);
    bool started = false;
    std::exception_ptr error;
    try {
      co_await send_request(stream, request, url);
      co_await read_answer(stream, answer, request.observer, started);
    } catch (...) {
      error = std::current_exception();
    }
    if (!error) co_return response_of(answer, url, stream.reused());
    const bool again = stream.reused() && !started && is_lost(error) &&
                       is_idempotent(request.method);
    if (!again) std::rethrow_exception(error);
  }
}

}  // namespace asyncio
