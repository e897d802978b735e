#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "14-transports-and-protocols/transport.hpp"
#include "common/http.hpp"

namespace asyncio {

// An HttpRequest is what a client has asked: whole, checked, and with its
// body. A handler gets a reference to it.
//
// Ownership: the connection's, which uses one object for one request after
// another. It lives until the answer has been sent, a streamed body included;
// whatever shall live longer has to be copied. Thread: the loop's.
class HttpRequest {
 public:
  explicit HttpRequest(const web::Limits& limits = {}) : parser_(limits) {}

  const std::string& method() const { return parser_.method(); }
  const std::string& target() const { return parser_.target(); }
  int minor_version() const { return parser_.minor_version(); }

  // The two parts of the target, as they came: "/a%20b" and "x=1".
  std::string_view path() const;
  std::string_view query() const;

  // A value of the query, decoded: "1" for "x" in "/a?x=1".
  std::optional<std::string> query(std::string_view name) const;

  const web::Headers& headers() const { return parser_.headers(); }
  std::optional<std::string_view> header(std::string_view name) const {
    return parser_.header(name);
  }
  const std::string& body() const { return parser_.body(); }

  // What a route's pattern has matched: "7" for "id" in "/users/{id}", and
  // for "*" what lies behind a mounted path. Empty if there is no such part.
  std::string_view part(std::string_view name) const;
  void set_part(std::string_view name, std::string value);
  void clear_parts() { parts_.clear(); }

  // Who has asked. Of no family when there is no connection.
  Address peer() const;

  // For who reads it from a connection. A new request begins with reset().
  web::RequestParser& parser() { return parser_; }
  void reset();
  void set_transport(Transport* transport) { transport_ = transport; }

 private:
  web::RequestParser parser_;
  std::vector<std::pair<std::string, std::string>> parts_;
  Transport* transport_ = nullptr;
};

}  // namespace asyncio
