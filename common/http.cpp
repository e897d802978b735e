#include "common/http.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "common/http_text.hpp"
#include "common/text.hpp"

namespace web {

using std::string_view;

// ---- ResponseParser -------------------------------------------------------

ResponseParser::ResponseParser(string_view method, const Limits& limits)
    : MessageParser(Role::response, limits), method_(method) {}

// "HTTP/1.1 404 Not Found" (section 4). The reason may be missing, and then
// many servers leave out the space before it, too.
void ResponseParser::read_start_line(string_view line) {
  if (!line.starts_with("HTTP/")) {
    malformed(quoted(line, 40) + " is not an HTTP status line");
  }
  const auto space = std::min(line.find(' '), line.size());
  parse_version(line.substr(0, space));
  line.remove_prefix(std::min(space + 1, line.size()));
  const auto code = line.substr(0, 3);
  const auto rest = line.substr(code.size());
  const bool digits = std::all_of(code.begin(), code.end(), is_digit);
  if (code.size() != 3 || !digits || code.front() == '0' ||
      (!rest.empty() && rest.front() != ' ')) {
    malformed("bad status " + quoted(line, 40));
  }
  if (!is_field_text(rest)) malformed("bad reason " + quoted(rest, 40));
  status_ = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  reason_ = trim(rest);
}

// RFC 9112 section 6.3, in its order.
MessageParser::Framing ResponseParser::read_framing() const {
  if (status_ == 101) return Framing::none;
  if (status_ < 200) return Framing::interim;
  const bool tunnel = method_ == "CONNECT" && status_ < 300;
  if (method_ == "HEAD" || tunnel || status_ == 204 || status_ == 304) {
    return Framing::none;
  }
  if (steering().transfer_encoding != 0) {
    const auto codings = headers().list("Transfer-Encoding");
    if (codings.size() == 1 && equal_ignoring_case(codings[0], "chunked")) {
      return Framing::chunked;
    }
    throw ProtocolError(
        Fault::unknown_coding,
        "unknown Transfer-Encoding " +
            quoted(headers().find("Transfer-Encoding").value_or(""), 40));
  }
  return steering().content_length != 0 ? Framing::length
                                        : Framing::until_close;
}

void ResponseParser::clear_start_line() {
  status_ = 0;
  reason_.clear();
}

// ---- RequestParser --------------------------------------------------------

RequestParser::RequestParser(const Limits& limits)
    : MessageParser(Role::request, limits) {}

// "GET /a?b HTTP/1.1" with one space between (section 3).
void RequestParser::read_start_line(string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == string_view::npos || first == last) {
    malformed(quoted(line, 40) + " is not an HTTP request line");
  }
  method_ = line.substr(0, first);
  target_ = line.substr(first + 1, last - first - 1);
  if (!is_token(method_)) malformed("bad method " + quoted(method_, 40));
  if (!is_target_text(target_)) malformed("bad target " + quoted(target_, 40));
  parse_version(line.substr(last + 1));
  check_target();
}

// The four forms of section 3.2.
void RequestParser::check_target() const {
  if (target_.front() == '/' && method_ != "CONNECT") return;
  const bool absolute = equal_ignoring_case(target_.substr(0, 7), "http://") ||
                        equal_ignoring_case(target_.substr(0, 8), "https://");
  const bool asterisk = target_ == "*" && method_ == "OPTIONS";
  const bool good =
      method_ == "CONNECT" ? is_host(target_) : absolute || asterisk;
  if (!good) {
    malformed("bad target " + quoted(target_, 40));
  }
}

// Section 3.2: HTTP/1.1 without a Host, or anything with two, is refused.
void RequestParser::check_host() const {
  const unsigned hosts = steering().host;
  if (hosts == 0 && minor_version() >= 1) malformed("no Host");
  if (hosts > 1) malformed("more than one Host");
  if (hosts == 0) return;
  const string_view host = header("Host").value_or("");
  if (!is_host(host)) malformed("bad Host " + quoted(host, 40));
}

// RFC 9112 section 6.3, and section 6.1 for what a server ought to refuse.
MessageParser::Framing RequestParser::read_framing() const {
  check_host();
  const bool has_length = steering().content_length != 0;
  if (steering().transfer_encoding == 0) {
    return has_length ? Framing::length : Framing::none;
  }
  if (has_length) malformed("both Content-Length and Transfer-Encoding");
  if (minor_version() < 1) malformed("Transfer-Encoding in HTTP/1.0");
  const auto codings = headers().list("Transfer-Encoding");
  const auto chunked = std::count_if(
      codings.begin(), codings.end(),
      [](auto coding) { return equal_ignoring_case(coding, "chunked"); });
  if (chunked != 1 || !equal_ignoring_case(codings.back(), "chunked")) {
    malformed("Transfer-Encoding does not end in one chunked");
  }
  if (codings.size() > 1) {
    throw ProtocolError(Fault::unknown_coding, "unknown Transfer-Encoding " +
                                                   quoted(codings.front(), 40));
  }
  return Framing::chunked;
}

void RequestParser::clear_start_line() {
  method_.clear();
  target_.clear();
}

bool RequestParser::expects_continue() const {
  return minor_version() >= 1 && headers().has("Expect", "100-continue");
}

// ---- Writers --------------------------------------------------------------

namespace {

void write_field(std::string& to, string_view name, string_view value) {
  if (!is_token(name) || !is_field_text(value)) {
    throw std::invalid_argument("write header " + quoted(name, 40) + ": " +
                                quoted(value, 40) + " cannot stand there");
  }
  ((to += name) += ": ") += value;
  to += "\r\n";
}

void write_fields(std::string& to, const Headers& fields) {
  for (const Header& field : fields) write_field(to, field.name, field.value);
}

}  // namespace

std::string request_text(const Url& url, const Headers& extra) {
  static const Headers usual = {{"User-Agent", "asyncio-crawl/1.0"},
                                {"Accept", "*/*"},
                                {"Connection", "close"}};
  const std::string target = url.target();
  if (!is_target_text(target) || extra.count("Host") != 0) {
    throw std::invalid_argument("write request: bad target " + quoted(target) +
                                " or a second Host");
  }
  std::string text = "GET " + target + " HTTP/1.1\r\n";
  write_field(text, "Host", url.authority());
  for (const Header& field : usual) {
    if (extra.count(field.name) == 0) {
      write_field(text, field.name, field.value);
    }
  }
  write_fields(text, extra);
  return text += "\r\n";
}

std::string response_header(int status, const Headers& fields) {
  if (status < 100 || status > 999) {
    throw std::invalid_argument("write response: bad status " +
                                std::to_string(status));
  }
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  (text += reason_phrase(status)) += "\r\n";
  write_fields(text, fields);
  return text += "\r\n";
}

std::string response_text(int status, string_view content_type,
                          string_view body, const Headers& extra) {
  Headers fields = {{"Content-Type", std::string(content_type)},
                    {"Content-Length", std::to_string(body.size())}};
  for (const Header& field : extra) fields.add(field.name, field.value);
  return response_header(status, fields) += body;
}

std::string chunk_text(string_view data) {
  constexpr char digits[] = "0123456789abcdef";
  std::string size;
  for (std::size_t n = data.size(); n != 0; n /= 16) {
    size.insert(size.begin(), digits[n % 16]);
  }
  if (size.empty()) return "0\r\n\r\n";  // and no trailers
  return ((size += "\r\n") += data) += "\r\n";
}

string_view reason_phrase(int status) {
  static constexpr struct {
    int status;
    string_view reason;
  } reasons[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& known : reasons) {
    if (known.status == status) return known.reason;
  }
  return {};
}

}  // namespace web
