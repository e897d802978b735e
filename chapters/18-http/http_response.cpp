#include "18-http/http_response.hpp"

#include <charconv>

#include "common/http.hpp"
#include "common/http_text.hpp"
#include "common/text.hpp"

namespace asyncio {
namespace {

using std::string_view;
using namespace std::string_view_literals;

void append_number(std::string& to, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  to.append(digits, end);
}

void append_status_line(std::string& to, int status) {
  if (status == 200) {
    to += "HTTP/1.1 200 OK\r\n"sv;  // with its length: no search for an end
    return;
  }
  to += "HTTP/1.1 ";
  append_number(to, static_cast<std::uint64_t>(status));
  ((to += ' ') += web::reason_phrase(status)) += "\r\n";
}

// Two of these in one header, and two programs disagree where it ends.
bool is_the_servers(string_view name) {
  for (const string_view own :
       {"Content-Length", "Transfer-Encoding", "Connection", "Date"}) {
    if (web::equal_ignoring_case(name, own)) return true;
  }
  return false;
}

void append_field(std::string& to, string_view name, string_view value) {
  if (!web::is_token(name) || !web::is_field_text(value) ||
      is_the_servers(name)) {
    throw std::invalid_argument("write header " + web::quoted(name, 40) +
                                ": " + web::quoted(value, 40) +
                                " cannot stand there");
  }
  (((to += name) += ": ") += value) += "\r\n";
}

void append_framing(std::string& to, const HttpResponse& response,
                    const BodyFraming& framing) {
  const bool never = response.status == 204 || response.status == 304;
  if (framing.chunked && !never) {
    to += "Transfer-Encoding: chunked\r\n";
  } else if (!never && (!response.stream || response.stream_length)) {
    to += "Content-Length: "sv;
    append_number(to, response.stream ? *response.stream_length
                                      : response.body.size());
    to += "\r\n";
  }
  if (framing.close) to += "Connection: close\r\n";
  if (framing.say_keep_alive) to += "Connection: keep-alive\r\n";
}

HttpResponse with_type(string_view type, std::string body, int status) {
  HttpResponse response(status);
  response.content_type = type;
  response.body = std::move(body);
  return response;
}

}  // namespace

HttpResponse text_response(std::string body, int status) {
  return with_type("text/plain; charset=utf-8", std::move(body), status);
}

HttpResponse html_response(std::string body, int status) {
  return with_type("text/html; charset=utf-8", std::move(body), status);
}

HttpResponse json_response(std::string json, int status) {
  return with_type("application/json", std::move(json), status);
}

HttpResponse redirect_response(std::string location, int status) {
  HttpResponse response(status);
  response.headers.add("Location", location);
  return response;
}

HttpResponse error_response(int status) {
  std::string text = std::to_string(status) + " ";
  (text += web::reason_phrase(status)) += '\n';
  return text_response(std::move(text), status);
}

HttpError::HttpError(int status, const std::string& message)
    : std::runtime_error(message.empty()
                             ? std::string(web::reason_phrase(status))
                             : message),
      status_(status) {}

void write_header(std::string& to, const HttpResponse& response,
                  const BodyFraming& framing, string_view date_line) {
  if (response.status < 200 || response.status > 999) {
    throw std::invalid_argument("write response: bad status " +
                                std::to_string(response.status));
  }
  append_status_line(to, response.status);
  to += date_line;
  append_framing(to, response, framing);
  if (!response.content_type.empty()) {  // a literal: there is nothing to check
    ((to += "Content-Type: "sv) += response.content_type) += "\r\n"sv;
  }
  for (const web::Header& field : response.headers) {
    append_field(to, field.name, field.value);
  }
  to += "\r\n"sv;
}

}  // namespace asyncio
